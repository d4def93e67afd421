import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { StoreErrorKind } from '@cxvault/plugin-api';

/** The kinds of the system's error codes; what is not named here is `permanent`. */
const kinds: Readonly<Record<string, StoreErrorKind>> = {
  ENOENT: 'not-found',
  EEXIST: 'exists',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EMFILE: 'transient',
  ENFILE: 'transient',
  ENOMEM: 'transient',
  EAGAIN: 'transient',
  EBUSY: 'transient',
  EINTR: 'transient',
  // Mounted file systems whose server is away for a while.
  ESTALE: 'transient',
  ETIMEDOUT: 'transient',
  EHOSTDOWN: 'transient',
  EHOSTUNREACH: 'transient',
  ENETUNREACH: 'transient',
  ENOTCONN: 'transient',
  ECONNRESET: 'transient',
};

const kindsOfRefusals: Partial<Record<CxvaultError['code'], StoreErrorKind>> = {
  STORE_NOT_FOUND: 'not-found',
};

/** The system's code of an error, such as `ENOENT`. By shape: Node's own errors may come from another realm. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why a call failed; see `ObjectStore.classify`. */
export function classifyFileError(error: unknown): StoreErrorKind {
  if (isCxvaultError(error)) return kindsOfRefusals[error.code] ?? 'permanent';
  return kinds[systemCode(error) ?? ''] ?? 'permanent';
}

/** True when the path leads to nothing: absent, or a part of it is a file. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** True when what the path leads to cannot be an object: nothing, a folder or a symbolic link. */
export function isNoObject(error: unknown): boolean {
  return isAbsent(error) || systemCode(error) === 'ELOOP' || systemCode(error) === 'EISDIR';
}

/** True when the file system refuses hard links as such: Linux answers EPERM on FAT, others ENOTSUP or ENOSYS. */
export function lacksHardLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? '');
}

/** True when the file system cannot bring a folder to the disk as such (`fsync(2)`: EINVAL). */
export function lacksSync(error: unknown): boolean {
  return ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? '');
}

/** The error that `link` gives for a name that is taken. */
export function nameTaken(path: string): Error {
  return Object.assign(new Error(`EEXIST: file already exists '${path}'`), { code: 'EEXIST' });
}

/** No object of this name; `classify` calls it `not-found`. */
export function noSuchObject(key: string, cause?: unknown): CxvaultError {
  return new CxvaultError('STORE_NOT_FOUND', 'there is no such object', { context: { key }, cause });
}

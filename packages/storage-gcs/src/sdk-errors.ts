import { classifyGcsError, GcsError } from './gcs-errors.ts';

/**
 * Of an error of the SDK's only what says nothing secret: its own message has the whole address, and that of an upload
 * is all that is needed to write.
 */
export function connectionError(error: unknown, host: string): GcsError {
  const message = messageOf(error)
    .replace(/^.*reason: /s, '')
    .replaceAll(/https?:\/\/\S+/g, '…');
  return new GcsError(codeOf(error), `${host}: ${message}`);
}

/** Why there is no login. One that only could not be reached may be had later. */
export function loginError(error: unknown): GcsError {
  const status = memberOf(error, 'status');
  const failed = new GcsError(codeOf(error), '', typeof status === 'number' ? status : undefined);
  const kind = classifyGcsError(failed);
  const later = kind === 'transient' || kind === 'throttled';
  // What is no JSON is quoted in the message: it may be a key.
  const message = messageOf(error).replace(/(Unexpected |Expected |Bad ).*JSON.*/s, 'it is no JSON');
  return new GcsError(
    later ? failed.reason : 'loginFailed',
    `login: ${message}`,
    later ? failed.status : undefined,
  );
}

function codeOf(error: unknown): string {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  const message = memberOf(error, 'message');
  return typeof message === 'string' ? message : 'unknown';
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

import { decodeHeader, headerSize, openEnvelope, openObject } from '@cxvault/crypto-codec';
import type { ByteSource, KeyLookup, ObjectHeader, ObjectKind } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { Secret } from '@cxvault/plugin-api';

/** An object that `decrypt` knows: an archive object, or the original tutorial's envelope. */
export type ObjectFormat = 'cxv' | 'envelope';

/** What an object is opened with: an archive object with its archive's keys, an envelope with the password. */
export interface DecryptKeys {
  readonly keys?: KeyLookup;
  readonly password?: Secret;
}

/** An object that was opened. */
export interface DecryptedObject {
  readonly format: ObjectFormat;
  readonly kind: Exclude<ObjectKind, 'ring'> | 'envelope';
  /** The key under which the archive stored it, by its own index. */
  readonly objectKey?: string;
  /** Of a medium. */
  readonly contentType?: string;
  /**
   * Records and envelopes: JSON lines; media: the original bytes; journal and report: one JSON document. To be read
   * once. Each piece was authenticated, but the whole is good only when the stream ends: it throws a `CodecError` at
   * its end when something is missing or other than the index says. Write it to a temporary name.
   */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Tells the format by the first bytes. Throws `FORMAT_INVALID` for anything else. */
export async function objectFormat(source: ByteSource): Promise<ObjectFormat> {
  const head = await readAll(source, Math.min(source.size, headerSize));
  if (head.subarray(0, 4).equals(Buffer.from('89435856', 'hex'))) return 'cxv';
  if (/^\s*\{/.test(head.toString('latin1'))) return 'envelope';
  throw new CxvaultError('FORMAT_INVALID', 'this is neither an archive object nor an envelope', {
    hint: 'an archive object begins with "\\x89CXV", an envelope is a JSON object',
  });
}

/** The header of an archive object: tells which archive's keys open it. Throws a `CodecError`. */
export async function readObjectHeader(source: ByteSource): Promise<ObjectHeader> {
  return decodeHeader(await readAll(source, Math.min(source.size, headerSize)));
}

/**
 * Opens one object by itself. Throws a `CodecError` for damage that shows before the first byte, `KEY_WRONG` when the
 * needed key or password was not given, and `USAGE` for a ring object: its content is keys, which are never printed.
 */
export async function decryptObject(source: ByteSource, access: DecryptKeys): Promise<DecryptedObject> {
  return (await objectFormat(source)) === 'envelope'
    ? decryptEnvelope(source, access.password)
    : decryptArchiveObject(source, access.keys);
}

async function decryptArchiveObject(
  source: ByteSource,
  keys: KeyLookup | undefined,
): Promise<DecryptedObject> {
  const { kind, objectId, archiveId } = await readObjectHeader(source);
  if (kind === 'ring') {
    throw new CxvaultError('USAGE', 'a ring object holds keys, which are never printed', {
      context: { object: objectId },
    });
  }
  if (!keys) {
    throw new CxvaultError('KEY_WRONG', 'the object is sealed under the keys of its archive', {
      context: { archive: archiveId },
      hint: 'name the archive with --archive, and give its password or key file',
    });
  }
  const opened = await openObject(source, keys, { kind });
  const contentType = opened.index.medium?.content_type;
  return {
    format: 'cxv',
    kind,
    objectKey: opened.index.object_key,
    ...(contentType !== undefined && { contentType }),
    content: opened.content(),
  };
}

async function decryptEnvelope(source: ByteSource, password: Secret | undefined): Promise<DecryptedObject> {
  if (!password) {
    throw new CxvaultError('KEY_WRONG', 'an envelope is opened with its password', {
      hint: 'give it in ARCHIVAL_ENCRYPTION_KEY or with --password-file',
    });
  }
  const bytes = await readAll(source, source.size);
  return { format: 'envelope', kind: 'envelope', content: await openEnvelope(bytes, password) };
}

async function readAll(source: ByteSource, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.read(0, length)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

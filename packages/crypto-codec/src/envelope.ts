import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { Secret } from '@cxvault/plugin-api';
import { z } from 'zod';
import { decodeBase64 } from './base64.ts';
import { CodecError } from './codec-error.ts';
import { parseJson } from './json-text.ts';
import { passwordKey } from './password-key.ts';

// The format of the tutorial that started the project (archive-format.md, "The tutorial's envelope").
const iterations = 480_000;
const saltSize = 16; // bytes
const nonceSize = 12; // bytes
const tagSize = 16; // bytes

/** The largest envelope that is read: as text it must stay below V8's longest string (512 MiB). */
export const largestEnvelope = 384 * 2 ** 20;
const defaultLimit = 2 ** 30; // bytes of JSON lines

const envelopeDocument = z.object({ salt: z.string(), nonce: z.string(), ciphertext: z.string() });

interface Envelope {
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly sealed: Buffer;
}

/** A fresh name for an envelope, as the tutorial names them. */
export function newEnvelopeName(): string {
  return `archive_${randomBytes(16).toString('hex')}.enc.gz`;
}

/**
 * Writes envelopes of one run. The key is derived once, under one random salt; each envelope has a nonce of its own
 * (random, 96 bits: far from 2^32 envelopes a run).
 */
export class EnvelopeSealer {
  readonly #key: Uint8Array;
  readonly #salt: Buffer;

  private constructor(key: Uint8Array, salt: Buffer) {
    this.#key = key;
    this.#salt = salt;
  }

  /** Derives the run's key: about a quarter of a second of the thread pool. */
  static async create(password: Secret): Promise<EnvelopeSealer> {
    const salt = randomBytes(saltSize);
    return new EnvelopeSealer(await envelopeKey(password, salt), salt);
  }

  /** One envelope of these lines (without newlines), compressed as they come. */
  async seal(lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
    return sealPayload(gzipped(lines), this.#key, this.#salt, randomBytes(nonceSize));
  }
}

/** One envelope on its own. For a run of many use {@link EnvelopeSealer}: deriving the key is slow on purpose. */
export async function sealEnvelope(
  lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  password: Secret,
): Promise<Uint8Array> {
  const sealer = await EnvelopeSealer.create(password);
  return sealer.seal(lines);
}

/** Encrypts a gzip stream. Internal: salt and nonce are arguments for test vectors only. */
export async function sealPayload(
  payload: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
): Promise<Uint8Array> {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
  const parts: Buffer[] = [];
  for await (const part of payload) parts.push(cipher.update(part));
  parts.push(cipher.final(), cipher.getAuthTag());
  const fields = { salt, nonce, ciphertext: Buffer.concat(parts) };
  // the spacing of Python's json.dumps, so that our files look like the tutorial's
  const members = Object.entries(fields).map(([name, bytes]) => `"${name}": "${base64(bytes)}"`);
  return Buffer.from(`{${members.join(', ')}}`, 'latin1');
}

/** Derives the keys of envelopes, remembering the last: those of one run share theirs. */
export class EnvelopeOpener {
  readonly #password: Secret;
  #salt: Uint8Array = Buffer.alloc(0);
  #key: Promise<Uint8Array> | undefined;

  constructor(password: Secret) {
    this.#password = password;
  }

  /**
   * Checks and decrypts an envelope, then gives its JSON lines as a stream, decompressed on the way. Nothing is released
   * before the authentication tag was checked. `limit`: bytes after which decompression stops with an error.
   * Throws a CodecError (layer `envelope`): `header` or `content` when malformed, `chunk` when it was changed or the
   * password is another one.
   */
  async open(bytes: Uint8Array, limit = defaultLimit): Promise<AsyncIterable<Uint8Array>> {
    const envelope = parseEnvelope(bytes);
    const payload = decryptPayload(envelope, await this.#keyFor(envelope.salt));
    return gunzipped(payload, limit);
  }

  async #keyFor(salt: Buffer): Promise<Uint8Array> {
    if (this.#key === undefined || !salt.equals(this.#salt)) {
      this.#salt = salt;
      this.#key = envelopeKey(this.#password, salt);
    }
    return this.#key;
  }
}

/** Opens one envelope on its own; see {@link EnvelopeOpener.open}. */
export async function openEnvelope(
  bytes: Uint8Array,
  password: Secret,
  limit?: number,
): Promise<AsyncIterable<Uint8Array>> {
  return new EnvelopeOpener(password).open(bytes, limit);
}

/** The key of an envelope. The password is not normalised: the tutorial did not. */
export async function envelopeKey(password: Secret, salt: Uint8Array): Promise<Uint8Array> {
  return passwordKey(password.reveal(), salt, iterations);
}

/** Takes an envelope apart, nothing decrypted. Throws a CodecError. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > largestEnvelope) throw malformed('size', 'the envelope is larger than 384 MiB');
  const result = envelopeDocument.safeParse(parseJson(bytes, 'header', 'envelope'));
  if (!result.success) throw malformed('header', 'the envelope does not have salt, nonce and ciphertext');
  const salt = decodeBase64(result.data.salt);
  const nonce = decodeBase64(result.data.nonce);
  const sealed = decodeBase64(result.data.ciphertext);
  if (salt?.length !== saltSize)
    throw malformed('header', 'the salt of the envelope is not 16 bytes of base64');
  if (nonce?.length !== nonceSize)
    throw malformed('header', 'the nonce of the envelope is not 12 bytes of base64');
  if (sealed === undefined) throw malformed('header', 'the ciphertext of the envelope is not base64');
  if (sealed.length < tagSize) throw malformed('truncated', 'the ciphertext of the envelope is cut');
  return { salt, nonce, sealed };
}

/** The gzip file in an envelope. Throws a CodecError (`chunk`). */
export function decryptPayload({ nonce, sealed }: Envelope, key: Uint8Array): Buffer {
  const border = sealed.length - tagSize;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
  decipher.setAuthTag(sealed.subarray(border));
  const payload = decipher.update(sealed.subarray(0, border));
  try {
    decipher.final();
  } catch {
    throw malformed('chunk', 'the envelope was changed, or the password is another one');
  }
  return payload;
}

async function* gunzipped(payload: Buffer, limit: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(payload);
  let released = 0;
  try {
    for await (const part of bytesOf(gunzip)) {
      released += part.length;
      if (released > limit) throw malformed('content', `the envelope holds more than ${limit} bytes`);
      yield part;
    }
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw malformed('content', 'the envelope does not hold a gzip file');
  } finally {
    gunzip.destroy();
  }
}

async function* gzipped(lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  // an error of the source reaches the reader below through the gzip stream, which pipeline destroys with it
  pipeline(withNewlines(lines), gzip, () => undefined);
  yield* bytesOf(gzip);
}

async function* withNewlines(
  lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.concat([line, Buffer.from('\n')]);
}

/** Node types what a stream gives as `any`; these give buffers. */
function bytesOf(stream: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return stream;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function malformed(problem: CodecError['problem'], detail: string): CodecError {
  return new CodecError(problem, 'envelope', detail);
}

import { randomBytes } from 'node:crypto';
import { readFileSync, existsSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '@cxvault/plugin-api';
import { z } from 'zod';
import { EnvelopeOpener, EnvelopeSealer, newEnvelopeName, openEnvelope, sealEnvelope } from '../src/index.ts';
import { decryptPayload, envelopeKey, parseEnvelope, sealPayload } from '../src/envelope.ts';
import { collect, failureOf, inPieces, linesOf, sha256 } from './sealed-samples.ts';

const folder = new URL('vectors/seed-envelope/', import.meta.url);
const { vectors } = z
  .object({
    vectors: z.array(
      z.object({
        file: z.string(),
        plaintext: z.string(),
        password: z.string(),
        sha256_plaintext: z.string(),
        bytes: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('vectors.json', folder), 'utf8')));

function plaintextOf(name: string): Buffer {
  const packed = new URL(`${name}.gz`, folder);
  return existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(new URL(name, folder));
}

const secret = new Secret('a password');

/** Derives the key of each salt once. */
const opener = new EnvelopeOpener(secret);

async function open(bytes: Uint8Array, password = secret, limit?: number): Promise<Buffer> {
  return collect(
    await (password === secret ? opener.open(bytes, limit) : openEnvelope(bytes, password, limit)),
  );
}

describe("the tutorial's files", () => {
  it.each(vectors)('$file opens, and its payload is sealed again to the same bytes', async (vector) => {
    const bytes = readFileSync(new URL(vector.file, folder));
    expect(bytes.length).toBe(vector.bytes);
    const content = await open(bytes, new Secret(vector.password));
    expect(content.equals(plaintextOf(vector.plaintext))).toBe(true);
    expect(sha256(content)).toBe(vector.sha256_plaintext);

    const envelope = parseEnvelope(bytes);
    const key = await envelopeKey(new Secret(vector.password), envelope.salt);
    const payload = decryptPayload(envelope, key);
    const again = await sealPayload(inPieces(payload, 1000), key, envelope.salt, envelope.nonce);
    expect(Buffer.from(again).equals(bytes)).toBe(true);
  });

  it('are all here', () => {
    expect(vectors.length).toBe(4);
  });
});

describe('an envelope', () => {
  it('comes back, line for line, from any kind of lines', async () => {
    const lines = linesOf(5000);
    const sealer = await EnvelopeSealer.create(secret);
    const expected = Buffer.from(lines.map((line) => `${line.toString()}\n`).join(''));
    async function* stream(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield* lines;
    }
    for (const given of [lines, stream()]) {
      const bytes = await sealer.seal(given);
      expect((await collect(await opener.open(bytes))).equals(expected)).toBe(true);
      expect(bytes.length).toBeLessThan(expected.length);
    }
    expect((await collect(await opener.open(await sealer.seal([])))).length).toBe(0);
  });

  it('of one run shares its salt, and has a nonce of its own', async () => {
    const sealer = await EnvelopeSealer.create(secret);
    const [first, second] = [parseEnvelope(await sealer.seal([])), parseEnvelope(await sealer.seal([]))];
    expect(first.salt.equals(second.salt)).toBe(true);
    expect(first.nonce.equals(second.nonce)).toBe(false);
    expect(parseEnvelope(await sealEnvelope([], secret)).salt.equals(first.salt)).toBe(false);
  });

  it('is named as the tutorial does', () => {
    expect(newEnvelopeName()).toMatch(/^archive_[0-9a-f]{32}\.enc\.gz$/);
    expect(newEnvelopeName()).not.toBe(newEnvelopeName());
  });

  it('fails as its lines do', async () => {
    const sealer = await EnvelopeSealer.create(secret);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{}');
      await Promise.reject(new Error('source broke'));
    }
    await expect(sealer.seal(failing())).rejects.toThrow('source broke');
  });
});

describe('an envelope that is not right', () => {
  const salt = randomBytes(16);
  const key = envelopeKey(secret, salt);
  const make = async (payload: Uint8Array): Promise<Record<string, string>> =>
    z
      .record(z.string(), z.string())
      .parse(
        JSON.parse(
          Buffer.from(
            await sealPayload(inPieces(payload, 65_536), await key, salt, randomBytes(12)),
          ).toString(),
        ),
      );
  const failure = async (envelope: unknown, password = secret, limit?: number): Promise<string> =>
    failureOf(() => open(Buffer.from(JSON.stringify(envelope)), password, limit));

  it('is refused after any change, or with another password', async () => {
    const good = await make(gzipSync('{}\n'));
    expect(await failure(good)).toBe('none');
    expect(await failure(good, new Secret('another'))).toBe('chunk/envelope');
    for (const field of ['salt', 'nonce', 'ciphertext']) {
      const bytes = Buffer.from(good[field] ?? '', 'base64');
      bytes.writeUInt8(bytes.readUInt8(3) ^ 4, 3);
      expect(await failure({ ...good, [field]: bytes.toString('base64') })).toBe('chunk/envelope');
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no salt', { salt: undefined }, 'header/envelope'],
    ['a short salt', { salt: 'AAAA' }, 'header/envelope'],
    ['a nonce of 16 bytes', { nonce: Buffer.alloc(16).toString('base64') }, 'header/envelope'],
    ['a ciphertext that is no base64', { ciphertext: 'A' }, 'header/envelope'],
    ['a ciphertext without a tag', { ciphertext: 'AAAA' }, 'truncated/envelope'],
    ['a number', { nonce: 5 }, 'header/envelope'],
  ])('is refused: %s', async (_name, change, expected) => {
    expect(await failure({ ...(await make(gzipSync(''))), ...change })).toBe(expected);
  });

  it.each([
    ['no gzip', Buffer.from('plain text')],
    ['a cut gzip', gzipSync('{}\n').subarray(0, -4)],
    ['an empty payload', Buffer.alloc(0)],
  ])('is refused: %s', async (_name, payload) => {
    expect(await failure(await make(payload))).toBe('content/envelope');
  });

  it('is refused: no JSON', async () => {
    expect(await failureOf(() => open(Buffer.from('{"salt":')))).toBe('header/envelope');
  });

  it('is not decompressed beyond its bound, which holds while it streams', async () => {
    const bomb = await make(gzipSync(Buffer.alloc(50 * 2 ** 20)));
    const stream = await openEnvelope(Buffer.from(JSON.stringify(bomb)), secret, 2 ** 20);
    let released = 0;
    const failed = await failureOf(async () => {
      for await (const part of stream) released += part.length;
    });
    expect(failed).toBe('content/envelope');
    expect(released).toBeLessThanOrEqual(2 ** 20);
    expect(await failure(bomb, secret, 50 * 2 ** 20)).toBe('none');
  });
});

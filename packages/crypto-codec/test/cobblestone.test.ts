import { readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { chunkNonce, messageLayout, messageSizeOf, openPrelude, preludeSize } from '../src/cobblestone.ts';
import { CobblestoneOpener, openMessage } from '../src/cobblestone-opener.ts';
import { CobblestoneSealer, sealMessage } from '../src/cobblestone-sealer.ts';
import { CodecError } from '../src/codec-error.ts';
import { flipped, key, sha256 } from './sealed-samples.ts';

const folder = new URL('vectors/cobblestone-256/', import.meta.url);
const { vectors } = z
  .object({
    vectors: z.array(
      z.object({
        file: z.string(),
        key_hex: z.string(),
        context_utf8: z.string(),
        plaintext_bytes: z.number(),
        plaintext_sha256: z.string(),
        ciphertext_sha256: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('vectors.json', folder), 'utf8')));

/** A vector's message: one file, or parts of it in the order of their names. */
function messageOf(file: string): Buffer {
  const names = readdirSync(folder).filter((name) => name === file || name.startsWith(`${file}.part`));
  return Buffer.concat(names.sort().map((name) => readFileSync(new URL(name, folder))));
}

function plaintextOf(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, n) =>
    createHash('sha256').update(`cxvault-open-${bytes}:${n}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes);
}

function sealWithSalt(
  sealKey: Uint8Array,
  context: Uint8Array,
  salt: Uint8Array,
  writes: readonly Uint8Array[],
): Buffer {
  const parts: Buffer[] = [];
  const sealer = new CobblestoneSealer(sealKey, context, salt, (bytes) => parts.push(Buffer.from(bytes)));
  for (const write of writes) sealer.write(write);
  sealer.end();
  return Buffer.concat(parts);
}

function problemOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return error instanceof CodecError ? error.problem : 'another error';
  }
}

const context = Buffer.from('a context');
const border = fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 49_152);
const size = fc.oneof(border, fc.nat(70_000));

describe('Cobblestone-256 vectors', () => {
  it('are all here', () => {
    expect(vectors.map((vector) => vector.plaintext_bytes)).toEqual([
      0, 1, 16_383, 16_384, 16_385, 32_768, 100_000, 1_048_577,
    ]);
  });

  it.each(vectors)('$file opens and is sealed again to the same bytes', (vector) => {
    const message = messageOf(vector.file);
    const vectorKey = Buffer.from(vector.key_hex, 'hex');
    const vectorContext = Buffer.from(vector.context_utf8);
    expect(sha256(message)).toBe(vector.ciphertext_sha256);
    const plaintext = openMessage(vectorKey, vectorContext, message, 'data');
    expect(plaintext?.equals(plaintextOf(vector.plaintext_bytes))).toBe(true);
    expect(sha256(plaintext ?? Buffer.of(0))).toBe(vector.plaintext_sha256);
    const again = sealWithSalt(vectorKey, vectorContext, message.subarray(0, 24), [
      plaintextOf(vector.plaintext_bytes),
    ]);
    expect(again.equals(message)).toBe(true);
  });

  it('open with no other context', () => {
    const [vector] = vectors;
    const other = openMessage(Buffer.from(vector?.key_hex ?? '', 'hex'), context, messageOf('0.ct'), 'data');
    expect(other).toBeUndefined();
  });
});

describe('a message', () => {
  it('gives its plaintext back, however it was cut on the way in and out', () => {
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 1, max: 40_000 }),
        (length, writeSize, readSize) => {
          const plaintext = plaintextOf(length);
          const salt = Buffer.alloc(24, 5);
          const message = sealWithSalt(key, context, salt, cut(plaintext, writeSize));
          expect(message.equals(sealWithSalt(key, context, salt, [plaintext]))).toBe(true);
          expect(message.length).toBe(messageSizeOf(length));
          expect(openInPieces(message, readSize).equals(plaintext)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused after any one bit was flipped, before the chunk is released', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(7), (length, position, bit) => {
        const message = sealMessage(key, context, plaintextOf(length));
        const offset = position % message.length;
        const damaged = flipped(message, offset, bit);
        if (offset < preludeSize) expect(openMessage(key, context, damaged, 'data')).toBeUndefined();
        else expect(problemOf(() => openMessage(key, context, damaged, 'data'))).toBe('chunk');
      }),
      { numRuns: 100 },
    );
  });

  it('is refused when it was cut anywhere', () => {
    fc.assert(
      fc.property(size, fc.nat(), (length, position) => {
        const message = sealMessage(key, context, plaintextOf(length));
        const cutMessage = message.subarray(0, position % message.length);
        // a cut inside a chunk leaves a piece that looks like a last chunk: its tag tells
        expect(['truncated', 'chunk']).toContain(
          problemOf(() => openMessage(key, context, cutMessage, 'data')),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('that ends with a full chunk is cut', () => {
    const message = sealMessage(key, context, plaintextOf(16_384));
    expect(problemOf(() => openMessage(key, context, message.subarray(0, -16), 'data'))).toBe('truncated');
  });

  it.each([1, 15])('that ends within the tag of its last chunk is cut: %i bytes of it', (rest) => {
    const message = sealMessage(key, context, plaintextOf(20_000)).subarray(0, 56 + 16_400 + rest);
    expect(problemOf(() => openMessage(key, context, message, 'data'))).toBe('truncated');
  });

  it('does not open when two chunks changed places', () => {
    const message = sealMessage(key, context, plaintextOf(40_000));
    const first = message.subarray(56, 56 + 16_400);
    const second = message.subarray(56 + 16_400, 56 + 32_800);
    const swapped = Buffer.concat([message.subarray(0, 56), second, first, message.subarray(56 + 32_800)]);
    expect(problemOf(() => openMessage(key, context, swapped, 'data'))).toBe('chunk');
  });

  it('never has the same salt twice', () => {
    const salts = Array.from({ length: 50 }, () =>
      sealMessage(key, context, Buffer.of(1)).toString('hex', 0, 24),
    );
    expect(new Set(salts).size).toBe(50);
  });

  it('is cut when its stream ends before its layout does, at the end of a chunk too', () => {
    const message = sealMessage(key, context, plaintextOf(20_000));
    for (const end of [56, 57, 56 + 16_400, message.length - 1]) {
      expect(problemOf(() => openStream(message, message.subarray(preludeSize, end)))).toBe('truncated');
    }
  });

  it('refuses more bytes than its layout has', () => {
    const message = sealMessage(key, context, Buffer.from('abc'));
    const keys = openPrelude(key, message.subarray(0, preludeSize), context);
    if (keys === undefined) throw new Error('the commitment does not fit');
    const opener = new CobblestoneOpener(keys, messageLayout(message.length, 'data'), 'data');
    opener.write(message.subarray(preludeSize), () => undefined);
    expect(
      problemOf(() => {
        opener.write(Buffer.of(0), () => undefined);
      }),
    ).toBe('trailing-bytes');
  });
});

describe('the nonce of a chunk', () => {
  it('is the base nonce XOR the big-endian number, beyond 32 bits too', () => {
    const base = Buffer.from('00112233445566778899aabb', 'hex');
    fc.assert(
      fc.property(fc.nat(2 ** 50), (number) => {
        const expected = BigInt(`0x${base.toString('hex')}`) ^ BigInt(number);
        const nonce = chunkNonce(base, number, Buffer.alloc(12));
        expect(nonce.toString('hex')).toBe(expected.toString(16).padStart(24, '0'));
      }),
    );
  });
});

function openStream(message: Buffer, chunks: Buffer): void {
  const keys = openPrelude(key, message.subarray(0, preludeSize), context);
  if (keys === undefined) throw new Error('the commitment does not fit');
  const opener = new CobblestoneOpener(keys, messageLayout(message.length, 'data'), 'data');
  opener.write(chunks, () => undefined);
  opener.end();
}

function cut(bytes: Buffer, pieceSize: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize));
  return pieces;
}

function openInPieces(message: Buffer, pieceSize: number): Buffer {
  const keys = openPrelude(key, message.subarray(0, preludeSize), context);
  if (keys === undefined) throw new Error('the commitment does not fit');
  const opener = new CobblestoneOpener(keys, messageLayout(message.length, 'data'), 'data');
  const parts: Buffer[] = [];
  for (const piece of cut(message.subarray(preludeSize), pieceSize))
    opener.write(piece, (plain) => parts.push(Buffer.from(plain)));
  opener.end();
  return Buffer.concat(parts);
}

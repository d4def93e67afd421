import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkObject, openObject, sealMedium } from '../src/index.ts';
import type { ByteSource } from '../src/index.ts';
import {
  bytesSource,
  collect,
  lookup,
  sealOptions,
  sealWholeMedium,
  sha256,
  watchedSource,
} from './sealed-samples.ts';

const mebibyte = 2 ** 20;
const name = { interactionId: 'i-1', mediaId: 'm-1', contentType: 'audio/wav' };
const text = Buffer.alloc(4 * mebibyte, 'a recording that shrinks; ');
const noise = randomBytes(4 * mebibyte);
const borders = [
  0,
  1,
  16_383,
  16_384,
  16_385,
  mebibyte - 1,
  mebibyte,
  mebibyte + 1,
  2 * mebibyte,
  3 * mebibyte + 7,
];

describe('a medium', () => {
  it('comes back byte for byte, for sizes around the borders of chunks and frames', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(text, noise),
        fc.oneof(fc.constantFrom(...borders), fc.nat(200_000)),
        fc.constantFrom(1000, 16_384, 65_536, 5 * mebibyte),
        async (content, size, pieceSize) => {
          const original = content.subarray(0, size);
          const { bytes, summary } = await sealWholeMedium(original, sealOptions(), pieceSize);
          const object = await openObject(bytesSource(bytes), lookup, {
            kind: 'media',
            objectKey: summary.objectKey,
          });
          expect((await collect(object.content())).equals(original)).toBe(true);
          const checked = await checkObject(watchedSource(bytes, pieceSize), lookup, { kind: 'media' });
          expect(checked.content).toEqual({ bytes: size, sha256: sha256(original) });
          expect([checked.sha256, bytes.length, sha256(bytes)]).toEqual([
            summary.sha256,
            summary.size,
            summary.sha256,
          ]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that is empty has no frames', async () => {
    const { bytes } = await sealWholeMedium(Buffer.alloc(0), sealOptions());
    const { index, header } = await openObject(bytesSource(bytes), lookup, {});
    expect(index).toMatchObject({
      frames: [],
      bytes: 0,
      medium: { interaction_id: 'i-1', media_id: 'm-1', content_type: 'audio/wav' },
    });
    expect(header.encoding).toBe('identity');
  });

  it('is compressed frame by frame when its first 1 MiB shrinks', async () => {
    const { bytes } = await sealWholeMedium(text.subarray(0, 2 * mebibyte + 5), sealOptions());
    const { index, header } = await openObject(bytesSource(bytes), lookup, {});
    expect(header.encoding).toBe('zstd');
    expect(index.frames.map(([, , rawLength]) => rawLength)).toEqual([mebibyte, mebibyte, 5]);
  });

  it.each([
    ['that does not shrink', Buffer.concat([noise.subarray(0, mebibyte), text]), 'zstd' as const],
    [
      'that shrinks by less than a tenth',
      Buffer.concat([noise.subarray(0, mebibyte - 80_000), text]),
      'zstd' as const,
    ],
    ['that is not to be compressed', text, 'none' as const],
  ])('%s is one identity frame', async (_name, content, compression) => {
    const { bytes } = await sealWholeMedium(content, sealOptions(compression));
    const { index, header } = await openObject(bytesSource(bytes), lookup, {});
    expect(header.encoding).toBe('identity');
    expect(index.frames).toEqual([[0, content.length, content.length]]);
  });

  it('comes in large pieces', async () => {
    const medium = sealMedium(slices(noise, 1000), name, sealOptions());
    const sizes: number[] = [];
    for await (const piece of medium.bytes) sizes.push(piece.length);
    expect(sizes.filter((size) => size < 65_536).length).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(mebibyte);
  });

  it('keeps what it sealed though the body uses its buffer again', async () => {
    for (const content of [text, noise]) {
      const medium = sealMedium(overwriting(content, 10_000), name, sealOptions());
      const bytes = await collect(medium.bytes);
      const object = await openObject(bytesSource(bytes), lookup, {});
      expect((await collect(object.content())).equals(content)).toBe(true);
    }
  });

  it('fails as its body does, and has no summary', async () => {
    for (const content of [text, noise]) {
      const medium = sealMedium(failing(content), name, sealOptions());
      await expect(collect(medium.bytes)).rejects.toThrow('connection reset');
      expect(() => medium.summary()).toThrow(/to its end/);
    }
  });

  it('closes its body when nobody wants the rest', async () => {
    for (const taken of [1, 30]) {
      let closed = false;
      const body = (async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* slices(noise, 65_536);
          yield* slices(noise, 65_536);
        } finally {
          closed = true;
        }
      })();
      const medium = sealMedium(body, name, sealOptions());
      let count = 0;
      for await (const piece of medium.bytes) {
        count += Math.min(piece.length, 1);
        if (count === taken) break;
      }
      expect(closed).toBe(true);
      expect(() => medium.summary()).toThrow(/to its end/);
    }
  });
});

describe('memory', () => {
  const total = 48 * mebibyte;
  const allowed = 5 * mebibyte;

  it.each([
    ['compressed', text],
    ['identity', noise],
  ])('of sealing %s media does not grow: the body is pulled only a few MiB ahead', async (_name, content) => {
    let pulled = 0;
    let consumed = 0;
    let ahead = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      for (let at = 0; at < total; at += 65_536) {
        pulled += 65_536;
        // compressed output is small: what counts is that nothing is pulled while the reader holds still
        ahead = Math.max(ahead, content === noise ? pulled - consumed : 0);
        const start = at % content.length;
        yield content.subarray(start, start + 65_536);
      }
    }
    const medium = sealMedium(body(), name, sealOptions());
    for await (const piece of medium.bytes) {
      consumed += piece.length;
      const before = pulled;
      await new Promise(setImmediate);
      expect(pulled).toBe(before);
    }
    expect(ahead).toBeLessThan(allowed);
    expect(medium.summary().content.bytes).toBe(total);
  });

  it('of reading does not grow: the store is asked only a few MiB ahead', async () => {
    const { bytes } = await sealWholeMedium(Buffer.concat([noise, noise, noise]), sealOptions(), 65_536);
    let given = 0;
    const source: ByteSource = {
      size: bytes.length,
      read: (offset, length) =>
        Promise.resolve(
          (async function* (): AsyncGenerator<Uint8Array> {
            for await (const piece of slices(bytes.subarray(offset, offset + length), 65_536)) {
              given += piece.length;
              yield piece;
            }
          })(),
        ),
    };
    const object = await openObject(source, lookup, {});
    let taken = 0;
    for await (const piece of object.content()) {
      taken += piece.length;
      expect(given - taken).toBeLessThan(allowed);
    }
    expect(taken).toBe(12 * mebibyte);
    given = 0;
    await checkObject(source, lookup, {});
    expect(given).toBe(bytes.length);
  });
});

async function* slices(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function* overwriting(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size);
  for await (const slice of slices(content, size)) {
    buffer.set(slice);
    yield buffer.subarray(0, slice.length);
    buffer.fill(0);
  }
}

async function* failing(content: Buffer): AsyncGenerator<Uint8Array> {
  yield* slices(content, 65_536);
  throw new Error('connection reset');
}

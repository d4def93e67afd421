import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodecError } from '../src/codec-error.ts';
import { compressFrame, compressFrameSync, decompressBounded, decompressFrame } from '../src/frames.ts';
import { checkZstdFrame } from '../src/zstd-frame.ts';

const silent = { params: { [constants.ZSTD_c_contentSizeFlag]: 0, [constants.ZSTD_c_windowLog]: 17 } };

/** A frame of `count` blocks that each repeat a byte 128 KiB long: four bytes apiece (RFC 8878 3.1.1.2). */
function bombOf(count: number): Buffer {
  const block = (last: boolean): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUIntLE(((128 * 1024) << 3) | (1 << 1) | (last ? 1 : 0), 0, 3);
    return bytes;
  };
  const header = Buffer.from('28b52ffd0038', 'hex'); // no content size, window of 128 KiB
  return Buffer.concat([header, ...Array.from({ length: count }, (_, n) => block(n === count - 1))]);
}

/** What the error says, and the code of zlib's error behind it. */
async function refusalOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return 'none';
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const { cause } = error;
    return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : error.detail;
  }
}

describe('a frame', () => {
  it('comes back as it was, from either way of making it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (raw) => {
        for (const frame of [await compressFrame(raw), compressFrameSync(raw)]) {
          expect(Buffer.compare(await decompressFrame(frame, raw.length), raw)).toBe(0);
        }
      }),
    );
  });

  it('with a checksum, and without a content size, is good too', async () => {
    const raw = Buffer.alloc(300_000, 'other writers do that; ');
    const checksum = zstdCompressSync(raw, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    for (const frame of [checksum, zstdCompressSync(raw, silent)]) {
      expect((await decompressFrame(frame, raw.length)).equals(raw)).toBe(true);
    }
  });

  it.each([299_999, 300_001])(
    'that does not say its size must have exactly the stated one, not %i',
    async (stated) => {
      const frame = zstdCompressSync(Buffer.alloc(300_000, 'x'), silent);
      expect(await refusalOf(() => decompressFrame(frame, stated))).not.toBe('none');
    },
  );

  it('is not decompressed beyond its bound, though 1 GiB would come out of 32 KiB', async () => {
    const bomb = bombOf(8192);
    expect((await decompressFrame(bombOf(2), 256 * 1024)).length).toBe(256 * 1024);
    expect(await refusalOf(() => decompressFrame(bomb, 1000))).toBe('ERR_BUFFER_TOO_LARGE');
    expect(await refusalOf(() => decompressBounded(bomb, 1000, 'index', 'index'))).toBe(
      'ERR_BUFFER_TOO_LARGE',
    );
  });

  it('is looked at before zlib is: a wide window is refused by its header', async () => {
    const wide = Buffer.from('28b52ffd0070', 'hex'); // 16 MiB
    const single = Buffer.from('28b52ffda001008000', 'hex'); // one segment of 8 MiB and a byte
    const empty = Buffer.from('010000', 'hex');
    for (const header of [wide, single]) {
      const check = (): void => {
        checkZstdFrame(Buffer.concat([header, empty]), undefined, 23, 'content', 'content');
      };
      expect(await refusalOf(check)).toBe('a zstd frame has a window of more than 8 MiB');
    }
  });
});

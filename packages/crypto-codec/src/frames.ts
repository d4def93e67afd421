import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { ZstdOptions } from 'node:zlib';
import { CodecError } from './codec-error.ts';
import type { CodecLayer, CodecProblem } from './codec-error.ts';
import { checkZstdFrame } from './zstd-frame.ts';

/** Raw bytes at which the writer closes a frame. */
export const frameSize = 2 ** 20;
/** The most that a compressed frame may hold, raw (archive-format.md). */
export const largestRawFrame = 64 * 2 ** 20;
/** The most that a frame of {@link largestRawFrame} can take compressed (ZSTD_compressBound: one part in 256 more). */
export const largestFrame = largestRawFrame + largestRawFrame / 256;

const compress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress);
const decompress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress);

/** The largest window of a frame in DATA: 8 MiB (archive-format.md). */
const dataWindowLog = 23;
/** Of an index, for which archive-format.md names none: the most that zstd's own decoder takes, 128 MiB. */
const indexWindowLog = 27;

/** One zstd frame of `raw`, made on the thread pool: `raw` must not change until it is there. */
export async function compressFrame(raw: Uint8Array): Promise<Buffer> {
  return compress(raw, compressOptions(raw.length));
}

/** One zstd frame of `raw`, made on this thread: for small documents. */
export function compressFrameSync(raw: Uint8Array): Buffer {
  return zstdCompressSync(raw, compressOptions(raw.length));
}

/**
 * The content of a frame, exactly `rawSize` bytes, made on the thread pool.
 * Throws a CodecError (`content`) for anything but one plain frame of that size.
 */
export async function decompressFrame(frame: Uint8Array, rawSize: number): Promise<Buffer> {
  checkZstdFrame(frame, rawSize, dataWindowLog, 'content', 'content');
  const raw = await decompress(frame, decompressOptions(rawSize, dataWindowLog)).catch((error: unknown) => {
    throw corrupt('content', 'content', error);
  });
  if (raw.length !== rawSize) throw corrupt('content', 'content');
  return raw;
}

/** The content of an index's frame, which may hold at most `limit` bytes. Throws a CodecError of the given problem and layer. */
export function decompressBounded(
  frame: Uint8Array,
  limit: number,
  problem: CodecProblem,
  layer: CodecLayer,
): Buffer {
  checkZstdFrame(frame, undefined, indexWindowLog, problem, layer);
  try {
    return zstdDecompressSync(frame, decompressOptions(limit, indexWindowLog));
  } catch (error) {
    throw corrupt(problem, layer, error);
  }
}

function corrupt(problem: CodecProblem, layer: CodecLayer, cause?: unknown): CodecError {
  return new CodecError(problem, layer, 'a zstd frame does not hold what it should', cause);
}

// Output buffers of Node's default 16 KiB cost a trip to the thread pool each: one large buffer makes it a single trip.
function compressOptions(rawSize: number): ZstdOptions {
  return { chunkSize: bufferSize(rawSize + rawSize / 256 + 1024) };
}

function decompressOptions(limit: number, windowLog: number): ZstdOptions {
  return {
    chunkSize: bufferSize(limit),
    maxOutputLength: Math.max(limit, 1),
    params: { [constants.ZSTD_d_windowLogMax]: windowLog },
  };
}

/** Bounded: a size that only a file states must not make us allocate it. */
function bufferSize(wanted: number): number {
  return Math.min(Math.max(Math.ceil(wanted), 1024), frameSize + 8192);
}

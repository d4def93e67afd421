import { CodecError } from './codec-error.ts';
import type { CodecLayer, CodecProblem } from './codec-error.ts';

// The Zstandard frame format, RFC 8878 section 3.1.1. Node decompresses the first frame and is silent about the rest,
// skips skippable frames, and says nothing of dictionaries: so the outline of a frame is checked here first.

const magic = 0xfd2fb528;
const largestBlock = 128 * 1024; // bytes, RFC 8878 3.1.1.2.4

interface FrameHeader {
  readonly size: number;
  readonly hasChecksum: boolean;
  readonly contentSize: bigint | undefined;
}

/**
 * Checks that `frame` is exactly one Zstandard frame: no skippable frame, no dictionary, no window of more than
 * 2^`windowLog` bytes, nothing after it; and that it says no other content size than `rawSize`, where both are known. Throws a CodecError.
 */
export function checkZstdFrame(
  frame: Uint8Array,
  rawSize: number | undefined,
  windowLog: number,
  problem: CodecProblem,
  layer: CodecLayer,
): void {
  const refuse = (detail: string): never => {
    throw new CodecError(problem, layer, detail);
  };
  const buffer = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const header = readFrameHeader(buffer, windowLog, refuse);
  if (rawSize !== undefined && header.contentSize !== undefined && header.contentSize !== BigInt(rawSize)) {
    refuse('a zstd frame states another content size than the index');
  }
  const end = endOfBlocks(buffer, header.size, refuse) + (header.hasChecksum ? 4 : 0);
  if (end !== buffer.length) refuse('a zstd frame does not end where it should');
}

function readFrameHeader(buffer: Buffer, windowLog: number, refuse: (detail: string) => never): FrameHeader {
  if (buffer.length < 6 || buffer.readUInt32LE(0) !== magic)
    refuse('there is no zstd frame where one should begin');
  const descriptor = buffer.readUInt8(4);
  if ((descriptor & 0x08) !== 0) refuse('a zstd frame uses a reserved bit');
  if ((descriptor & 0x03) !== 0) refuse('a zstd frame asks for a dictionary');
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = singleSegment ? 0 : 1;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const size = 5 + windowBytes + contentSizeBytes;
  if (buffer.length < size) refuse('a zstd frame header is cut');
  const contentSize = readContentSize(buffer, 5 + windowBytes, contentSizeBytes);
  const window = singleSegment ? (contentSize ?? 0n) : windowSize(buffer.readUInt8(5));
  if (window > 2n ** BigInt(windowLog))
    refuse(`a zstd frame has a window of more than ${2 ** (windowLog - 20)} MiB`);
  return { size, hasChecksum: (descriptor & 0x04) !== 0, contentSize };
}

function readContentSize(buffer: Buffer, at: number, bytes: number): bigint | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return BigInt(buffer.readUInt8(at));
  if (bytes === 2) return BigInt(buffer.readUInt16LE(at) + 256);
  return bytes === 4 ? BigInt(buffer.readUInt32LE(at)) : buffer.readBigUInt64LE(at);
}

function windowSize(descriptor: number): bigint {
  const base = 2n ** BigInt(10 + (descriptor >> 3));
  return base + (base / 8n) * BigInt(descriptor & 0x07);
}

function endOfBlocks(buffer: Buffer, start: number, refuse: (detail: string) => never): number {
  for (let at = start; ;) {
    if (at + 3 > buffer.length) refuse('a zstd frame is cut');
    const header = buffer.readUIntLE(at, 3);
    const type = (header >> 1) & 0x03;
    const size = header >> 3;
    if (type === 3 || size > largestBlock) refuse('a zstd frame has an impossible block');
    at += 3 + (type === 1 ? 1 : size); // type 1 repeats a single byte
    if ((header & 1) === 1) return at;
  }
}

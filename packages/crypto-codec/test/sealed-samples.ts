import { createHash, randomBytes } from 'node:crypto';
import type { ByteSource } from '../src/byte-source.ts';
import { CodecError } from '../src/codec-error.ts';
import { sealMessage } from '../src/cobblestone-sealer.ts';
import { compressFrameSync } from '../src/frames.ts';
import { encodeHeader } from '../src/header.ts';
import type { ObjectHeader } from '../src/header.ts';
import { newId, rootKeyId } from '../src/ids.ts';
import type { ObjectIndex } from '../src/index-message.ts';
import { sealMedium } from '../src/medium-sealer.ts';
import { messageContext } from '../src/message-context.ts';
import type { KeyLookup } from '../src/object-keys.ts';
import type { SealOptions, SealedSummary } from '../src/seal-options.ts';
import { SegmentSealer } from '../src/segment-sealer.ts';
import { encodeTrailer } from '../src/trailer.ts';

export const archiveId = newId();
export const key = randomBytes(32);
export const lookup: KeyLookup = () => Promise.resolve([key]);

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function sealOptions(compression: 'zstd' | 'none' = 'zstd'): SealOptions {
  return {
    archiveId,
    key: { keyId: newId(), number: 7, key },
    objectKeyOf: (id) => `data/records/2026/01/02/${id}.cxv`,
    compression,
  };
}

export function journalOptions(compression: 'zstd' | 'none' = 'zstd'): SealOptions {
  const options = sealOptions(compression);
  return { ...options, key: { ...options.key, number: 0 }, objectKeyOf: () => 'runs/r/000001.cxv' };
}

export function ringOptions(rootKey: Uint8Array): SealOptions & { createdAt: string } {
  return {
    archiveId,
    key: { keyId: rootKeyId, number: 0, key: rootKey },
    objectKeyOf: (id) => `keys/ring/${id}.cxv`,
    compression: 'zstd',
    createdAt: '2026-01-02T03:04:05.678Z',
  };
}

/** Text that compresses about as well as records do. */
export function linesOf(count: number, fill = 40): Buffer[] {
  return Array.from({ length: count }, (_, n) =>
    Buffer.from(
      JSON.stringify({ interaction_id: `i-${n}`, text: sha256(Buffer.from(`${n}`)).slice(0, fill), n }),
    ),
  );
}

export async function sealSegment(
  lines: readonly Uint8Array[],
  options: SealOptions,
): Promise<{ bytes: Uint8Array; summary: SealedSummary }> {
  const sealer = new SegmentSealer(options);
  lines.forEach((line, n) => sealer.add(`i-${n}`, line));
  return sealer.finish();
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function sealWholeMedium(
  content: Uint8Array,
  options: SealOptions,
  pieceSize = 50_000,
): Promise<{ bytes: Buffer; summary: SealedSummary }> {
  const name = { interactionId: 'i-1', mediaId: 'm-1', contentType: 'audio/wav' };
  const medium = sealMedium(inPieces(content, pieceSize), name, options);
  const bytes = await collect(medium.bytes);
  return { bytes, summary: medium.summary() };
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

/** What an action fails with, as `problem/layer`; `none` when it does not fail. */
export async function failureOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'none';
  } catch (error) {
    if (error instanceof CodecError) return `${error.problem}/${error.layer}`;
    throw error;
  }
}

export function problemIn(failure: string): string {
  return failure.split('/')[0] ?? '';
}

export function flipped(bytes: Uint8Array, offset: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(offset) ^ (1 << bit), offset);
  return copy;
}

/** A source that notes what was read of it. */
export function watchedSource(
  bytes: Uint8Array,
  pieceSize = 10_000,
): ByteSource & { reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    size: bytes.length,
    reads,
    read: (offset, length) => {
      reads.push([offset, length]);
      return Promise.resolve(inPieces(bytes.subarray(offset, offset + length), pieceSize));
    },
  };
}

export interface Forgery {
  readonly header?: Partial<ObjectHeader>;
  /** DATA's plaintext. */
  readonly data?: Uint8Array;
  /** Merged over an index that fits identity content. */
  readonly index?: Partial<ObjectIndex> | Record<string, unknown>;
  /** The INDEX message's plaintext, as it is. */
  readonly indexPlaintext?: Uint8Array;
}

/** An object made by somebody who has the key and keeps none of the rules. */
export function forge(forgery: Forgery): Buffer {
  const header = Buffer.from(
    encodeHeader({
      kind: 'media',
      encoding: 'identity',
      keyNumber: 1,
      archiveId,
      objectId: newId(),
      keyId: newId(),
      ...forgery.header,
    }),
  );
  const data = forgery.data ?? Buffer.from('content');
  const index = {
    object_key: 'data/media/x.cxv',
    bytes: data.length,
    sha256: sha256(data),
    frames: data.length === 0 ? [] : [[0, data.length, data.length]],
    medium: { interaction_id: 'i', media_id: 'm', content_type: 't' },
    ...forgery.index,
  };
  const indexPlaintext = forgery.indexPlaintext ?? compressFrameSync(Buffer.from(JSON.stringify(index)));
  const dataMessage = sealMessage(key, messageContext('data', header), data);
  const indexMessage = sealMessage(key, messageContext('index', header), indexPlaintext);
  const before = Buffer.concat([header, dataMessage, indexMessage]);
  const trailer = { dataSize: dataMessage.length, indexSize: indexMessage.length, sha256: sha256(before) };
  return Buffer.concat([before, encodeTrailer(trailer)]);
}

export { bytesSource } from '../src/byte-source.ts';

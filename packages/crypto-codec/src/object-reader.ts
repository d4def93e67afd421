import { createHash } from 'node:crypto';
import { readChecked, readExactly } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { chunkSize, messageLayout, preludeSize, sealedChunkSize } from './cobblestone.ts';
import type { MessageLayout } from './cobblestone.ts';
import { CobblestoneOpener } from './cobblestone-opener.ts';
import { CodecError } from './codec-error.ts';
import { ContentCheck } from './content-check.ts';
import { decodedContent, openedPieces } from './content-stream.ts';
import { largestDocument } from './document.ts';
import { decompressFrame } from './frames.ts';
import { headerSize } from './header.ts';
import type { ObjectHeader } from './header.ts';
import type { ObjectIndex, RecordEntry } from './index-message.ts';
import { parseJson } from './json-text.ts';
import { compareHeader, compareObjectKey, headerIn, readTrailer, refuseStump } from './object-ends.ts';
import type { Expected } from './object-ends.ts';
import { findKey, openIndex, refuseLargeIndex } from './object-keys.ts';
import type { FittingKey, KeyLookup } from './object-keys.ts';
import { recordChanged } from './record-walk.ts';
import type { ObjectTrailer } from './trailer.ts';

const headSize = headerSize + preludeSize;

/**
 * Opens an object for random access with three ranged reads: its first 120 bytes, its trailer, its index. The trailer's
 * SHA-256 is not checked: see `checkObject`. Throws a CodecError for whatever does not follow the format or `expected`.
 */
export async function openObject(
  source: ByteSource,
  keys: KeyLookup,
  expected: Expected,
): Promise<OpenObject> {
  refuseStump(source);
  const head = await readExactly(source, 0, headSize);
  const header = headerIn(head);
  const trailer = await readTrailer(source);
  refuseLargeIndex(trailer);
  const key = await findKey(header, head, keys, expected);
  compareHeader(header, expected);
  const message = await readExactly(source, headerSize + trailer.dataSize, trailer.indexSize);
  const index = openIndex(key.key, head, trailer, message);
  compareObjectKey(index.object_key, expected);
  return new OpenObject(source, { header, trailer, index }, key);
}

/** The parts of an object that were read and checked on opening. */
export interface ObjectParts {
  readonly header: ObjectHeader;
  readonly trailer: ObjectTrailer;
  readonly index: ObjectIndex;
}

/** An object whose index was read and found consistent; its content is read on demand, by ranges. */
export class OpenObject implements ObjectParts {
  readonly header: ObjectHeader;
  readonly trailer: ObjectTrailer;
  readonly index: ObjectIndex;
  readonly #source: ByteSource;
  readonly #key: FittingKey;
  readonly #layout: MessageLayout;

  constructor(source: ByteSource, parts: ObjectParts, key: FittingKey) {
    this.header = parts.header;
    this.trailer = parts.trailer;
    this.index = parts.index;
    this.#source = source;
    this.#key = key;
    this.#layout = messageLayout(parts.trailer.dataSize, 'data');
  }

  /**
   * One record's line, without its newline, checked against its SHA-256. Reads the chunks of its frame and nothing
   * else (with identity: of the record). Throws a RangeError when there is no such record, else a CodecError.
   */
  async readRecord(number: number): Promise<Uint8Array> {
    const record = this.index.records?.[number];
    const frame = record === undefined ? undefined : this.index.frames[record.frame];
    if (record === undefined || frame === undefined)
      throw new RangeError(`the object has no record ${number}`);
    const line = await this.#readLine(record, frame);
    if (createHash('sha256').update(line).digest('hex') !== record.sha256) throw recordChanged(number);
    return line;
  }

  /** The original content as a stream in bounded memory; its length, records and SHA-256 are checked on the way. */
  async *content(): AsyncGenerator<Uint8Array> {
    const check = new ContentCheck(this.index);
    const plaintext = this.#openChunks(0, this.#layout.plaintextSize);
    for await (const part of decodedContent(plaintext, this.header.encoding, this.index.frames)) {
      check.write(part);
      yield part;
    }
    check.end();
  }

  /** The content parsed as JSON: journal entries, reports, rings. Throws a CodecError (`content`) beyond 64 MiB. */
  async readDocument(): Promise<unknown> {
    if (this.index.bytes > largestDocument)
      throw new CodecError('content', 'content', 'the document is larger than 64 MiB');
    const parts: Uint8Array[] = [];
    for await (const part of this.content()) parts.push(part);
    return parseJson(Buffer.concat(parts), 'content', 'content');
  }

  async #readLine(record: RecordEntry, frame: readonly [number, number, number]): Promise<Uint8Array> {
    const [offset, length, rawLength] = frame;
    if (this.header.encoding === 'identity') return this.#read(offset + record.start, record.length);
    const raw = await decompressFrame(await this.#read(offset, length), rawLength);
    // a copy: the line must not hold its whole frame in memory
    return Buffer.from(raw.subarray(record.start, record.start + record.length));
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#openChunks(offset, length)) parts.push(part);
    const skipped = offset % chunkSize;
    return Buffer.concat(parts).subarray(skipped, skipped + length);
  }

  /** The plaintext of all chunks that [offset, offset + length) of DATA's plaintext touches. */
  #openChunks(offset: number, length: number): AsyncGenerator<Buffer> {
    const whole = length === this.#layout.plaintextSize;
    const from = Math.floor(offset / chunkSize);
    const to = whole ? this.#layout.chunkCount : Math.floor((offset + length - 1) / chunkSize) + 1;
    const start = preludeSize + from * sealedChunkSize;
    const end = Math.min(preludeSize + to * sealedChunkSize, this.trailer.dataSize);
    const opener = new CobblestoneOpener(this.#key.dataKeys, this.#layout, 'data', { from, to });
    return openedPieces(opener, readChecked(this.#source, headerSize + start, end - start));
  }
}

import { createHash } from 'node:crypto';
import { CodecError } from './codec-error.ts';
import type { RecordEntry } from './index-message.ts';

/** Receives a record's line, without its newline, after its hash was found right. */
export type RecordSink = (record: RecordEntry, line: Uint8Array) => void;

/**
 * Follows the records of a checked index, which tile the content, through content that comes in any pieces.
 * Throws a CodecError: `digest` for a line with another SHA-256, `content` for a newline that is missing or inside.
 */
export class RecordWalk {
  readonly #records: readonly RecordEntry[];
  readonly #sink: RecordSink | undefined;
  #number = 0;
  #parts: Uint8Array[] = [];
  #gathered = 0;
  #hash = createHash('sha256');

  constructor(records: readonly RecordEntry[], sink: RecordSink | undefined) {
    this.#records = records;
    this.#sink = sink;
  }

  write(content: Uint8Array): void {
    for (let at = 0; at < content.length;) {
      const record = this.#records[this.#number];
      if (record === undefined)
        throw new CodecError('content', 'content', 'the content goes on after the last record');
      const part = content.subarray(at, at + record.length - this.#gathered);
      this.#take(part);
      at += part.length;
      if (this.#gathered < record.length || at === content.length) continue;
      if (content[at] !== 0x0a)
        throw new CodecError('content', 'content', `record ${this.#number} does not end with a newline`);
      at += 1;
      this.#close(record);
    }
  }

  #take(part: Uint8Array): void {
    if (part.includes(0x0a))
      throw new CodecError('content', 'content', `record ${this.#number} is not a single line`);
    this.#gathered += part.length;
    this.#hash.update(part);
    // a copy: the content is gone after the call
    if (this.#sink !== undefined && part.length > 0) this.#parts.push(Buffer.from(part));
  }

  #close(record: RecordEntry): void {
    if (this.#hash.digest('hex') !== record.sha256) throw recordChanged(this.#number);
    this.#sink?.(
      record,
      this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts),
    );
    this.#parts = [];
    this.#gathered = 0;
    this.#hash = createHash('sha256');
    this.#number += 1;
  }
}

/** The error for a record whose line does not have the SHA-256 that the index states. */
export function recordChanged(number: number): CodecError {
  return new CodecError(
    'digest',
    'content',
    `record ${number} does not have the SHA-256 that the index states`,
  );
}

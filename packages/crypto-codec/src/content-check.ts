import { createHash } from 'node:crypto';
import { CodecError } from './codec-error.ts';
import type { ObjectIndex } from './index-message.ts';
import { RecordWalk } from './record-walk.ts';
import type { RecordSink } from './record-walk.ts';

/** Compares original content with what the index states of it, as the content passes. */
export class ContentCheck {
  readonly #index: ObjectIndex;
  readonly #hash = createHash('sha256');
  readonly #records: RecordWalk | undefined;
  #bytes = 0;

  /** With `onRecord`, each record's line is handed over once its hash was found right. */
  constructor(index: ObjectIndex, onRecord?: RecordSink) {
    this.#index = index;
    this.#records = index.records === undefined ? undefined : new RecordWalk(index.records, onRecord);
  }

  /** Throws a CodecError: `digest` or `content` for a record that is not what the index states. */
  write(content: Uint8Array): void {
    this.#hash.update(content);
    this.#bytes += content.length;
    this.#records?.write(content);
  }

  /** Throws a CodecError (`content`, `digest`). */
  end(): void {
    if (this.#bytes !== this.#index.bytes)
      throw new CodecError('content', 'content', 'the content has another length than the index states');
    if (this.#hash.digest('hex') !== this.#index.sha256) {
      throw new CodecError(
        'digest',
        'content',
        'the content does not have the SHA-256 that the index states',
      );
    }
  }
}

import { createHash } from 'node:crypto';

type Chunk = IteratorResult<Uint8Array, undefined>;

/**
 * One body for several readers at the pace of the slowest: a piece is asked for when every reader is done with the one
 * before. A reader that leaves no longer holds the others up; when all have left, the body is closed.
 */
export class Tee {
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  readonly #readers = new Set<symbol>();
  readonly #waiting = new Map<symbol, PromiseWithResolvers<Chunk>>();
  #bytes = 0;
  #ended = false;
  /** What the body itself failed with. */
  failure: { readonly error: unknown } | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body[Symbol.asyncIterator]();
  }

  /** Size and SHA-256 of the body, once it was read to its end. */
  get whole(): { readonly bytes: number; readonly sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** A reader of the whole body; `leave` must be called when it reads no more. All are made before one reads. */
  reader(): { readonly body: AsyncIterable<Uint8Array>; readonly leave: () => void } {
    const id = Symbol('reader');
    this.#readers.add(id);
    return {
      body: {
        [Symbol.asyncIterator]: () => ({
          next: () => this.#next(id),
          return: () => {
            this.#leave(id);
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      },
      leave: () => {
        this.#leave(id);
      },
    };
  }

  #next(id: symbol): Promise<Chunk> {
    if (!this.#readers.has(id)) return Promise.resolve({ done: true, value: undefined });
    const waiting = Promise.withResolvers<Chunk>();
    this.#waiting.set(id, waiting);
    this.#readOn();
    return waiting.promise;
  }

  #leave(id: symbol): void {
    if (!this.#readers.delete(id)) return;
    this.#waiting.get(id)?.resolve({ done: true, value: undefined });
    this.#waiting.delete(id);
    if (this.#readers.size > 0) this.#readOn();
    else if (!this.#ended) void this.#close();
  }

  async #close(): Promise<void> {
    this.#ended = true;
    try {
      await this.#body.return?.();
    } catch (error) {
      this.failure ??= { error };
    }
  }

  #readOn(): void {
    if (this.#readers.size === 0 || this.#waiting.size < this.#readers.size) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    void this.#read(waiting);
  }

  async #read(waiting: readonly PromiseWithResolvers<Chunk>[]): Promise<void> {
    try {
      const chunk = this.#ended ? undefined : await this.#body.next();
      if (chunk?.done === false) {
        this.#hash.update(chunk.value);
        this.#bytes += chunk.value.length;
        for (const { resolve } of waiting) resolve({ done: false, value: chunk.value });
        return;
      }
      this.#ended = true;
      for (const { resolve } of waiting) resolve({ done: true, value: undefined });
    } catch (error) {
      this.#ended = true;
      this.failure = { error };
      for (const { reject } of waiting) reject(error);
    }
  }
}

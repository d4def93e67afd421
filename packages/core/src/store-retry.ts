import type { CallOptions, ObjectInfo, ObjectStore, PutOptions, SourceLog } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { holdsExactly } from './store-create.ts';
import { classifyStoreError, storeError } from './store-errors.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly log?: SourceLog;
  /**
   * Attempts in all, the first one included.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Milliseconds: the first wait is drawn from [0, this], each later one from twice that. Four times as long
   * when the store says that it is overloaded: with the defaults at most 7.5 s and 30 s in total.
   * @default 500
   */
  readonly firstWaitMs?: number;
  /**
   * Draws the jitter, from [0, 1).
   * @default Math.random
   */
  readonly random?: () => number;
}

const throttledFactor = 4;

/**
 * A store that tries again where the same request can be sent again: complete bytes, reads before their first
 * byte, `stat`, list pages, `remove`. A body that is a stream is sent once. What remains is thrown as a
 * `CxvaultError` (`STORE_…`), except `exists` and an aborted signal's error, which come through untouched.
 */
export function withRetry(store: ObjectStore, options: RetryOptions): ObjectStore {
  return new RetryingStore(store, options);
}

class RetryingStore implements ObjectStore {
  readonly capabilities: ObjectStore['capabilities'];
  readonly #store: ObjectStore;
  readonly #options: RetryOptions;

  constructor(store: ObjectStore, options: RetryOptions) {
    this.capabilities = store.capabilities;
    this.#store = store;
    this.#options = options;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    if (!(body instanceof Uint8Array)) return this.#putStream(key, body, options);
    return this.#retry('put', key, options, async (failedBefore) => {
      try {
        return await this.#store.put(key, body, options);
      } catch (error) {
        if (!failedBefore || options.ifAbsent !== true || this.#store.classify(error) !== 'exists')
          throw error;
        // An earlier attempt may have been carried out though its answer was lost.
        const info = await holdsExactly(this.#store, key, body, options);
        if (info) return info;
        throw error;
      }
    });
  }

  async #putStream(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<ObjectInfo> {
    const watched = new WatchedBody(body);
    try {
      return await this.#store.put(key, watched, options);
    } catch (error) {
      // A body that failed is no failure of the store: its own error says why.
      if (watched.failure) throw watched.failure.error;
      throw this.#explain(error, 'put', key, options);
    }
  }

  async get(
    key: string,
    options: Parameters<ObjectStore['get']>[1] = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    // The first chunk is read inside the retry: many servers break off only after the answer's header.
    const { iterator, first } = await this.#retry('get', key, options, async () => {
      const opened = (await this.#store.get(key, options))[Symbol.asyncIterator]();
      return { iterator: opened, first: await opened.next() };
    });
    return this.#rest(iterator, first, key, options);
  }

  async *#rest(
    iterator: AsyncIterator<Uint8Array>,
    first: IteratorResult<Uint8Array>,
    key: string,
    options: CallOptions,
  ): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      for (let chunk = first; chunk.done !== true; chunk = await iterator.next()) yield chunk.value;
      ended = true;
    } catch (error) {
      ended = true;
      throw this.#explain(error, 'get', key, options);
    } finally {
      if (!ended) await iterator.return?.();
    }
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    return this.#retry('stat', key, options, () => this.#store.stat(key, options));
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncGenerator<ObjectInfo> {
    let startAfter = options.startAfter;
    let failures = 0;
    for (;;) {
      try {
        for await (const info of this.#store.list(prefix, {
          ...options,
          ...(startAfter && { startAfter }),
        })) {
          startAfter = info.key;
          failures = 0;
          yield info;
        }
        return;
      } catch (error) {
        failures += 1;
        await this.#waitOrThrow(error, failures, 'list', prefix, options);
      }
    }
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    await this.#retry('remove', key, options, () => this.#store.remove(key, options));
  }

  async retentionProblem(options: CallOptions = {}): Promise<string | undefined> {
    return this.#retry('look', '', options, async () => this.#store.retentionProblem?.(options));
  }

  classify(error: unknown): ReturnType<ObjectStore['classify']> {
    return classifyStoreError(this.#store, error);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #retry<T>(
    operation: string,
    key: string,
    options: CallOptions,
    call: (failedBefore: boolean) => Promise<T>,
  ): Promise<T> {
    for (let failures = 0; ;) {
      try {
        return await call(failures > 0);
      } catch (error) {
        failures += 1;
        await this.#waitOrThrow(error, failures, operation, key, options);
      }
    }
  }

  async #waitOrThrow(
    error: unknown,
    failures: number,
    operation: string,
    key: string,
    { signal }: CallOptions,
  ): Promise<void> {
    const kind = this.#store.classify(error);
    const again = kind === 'transient' || kind === 'throttled';
    if (signal?.aborted || !again || failures >= (this.#options.attempts ?? 5)) {
      throw this.#explain(error, operation, key, { signal });
    }
    const { clock, firstWaitMs = 500, random = Math.random, log } = this.#options;
    const longest = firstWaitMs * 2 ** (failures - 1) * (kind === 'throttled' ? throttledFactor : 1);
    const waitMs = Math.round(random() * longest);
    log?.('info', 'store.retry', { operation, key, kind, attempt: failures, wait_ms: waitMs });
    await clock.sleep(waitMs, signal);
  }

  #explain(error: unknown, operation: string, key: string, { signal }: CallOptions): unknown {
    return signal?.aborted ? error : storeError(this.#store, error, operation, key);
  }
}

/** Remembers whether reading the body itself failed. */
class WatchedBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>;
  failure: { readonly error: unknown } | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const iterator = this.#body[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (let chunk = await this.#next(iterator); chunk.done !== true; chunk = await this.#next(iterator)) {
        yield chunk.value;
      }
      ended = true;
    } finally {
      if (!ended && !this.failure) await iterator.return?.();
    }
  }

  async #next(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await iterator.next();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

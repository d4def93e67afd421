import type { CallOptions, GetOptions, ObjectInfo, ObjectStore, PutOptions } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';

/** How often each fault strikes, as a probability from 0 (the default of each) to 1. */
export interface FaultRates {
  /** The request never reaches the store. */
  readonly failBefore?: number;
  /** The request is carried out, its answer is lost. */
  readonly failAfter?: number;
  /** The store asks to slow down; the request is not carried out. */
  readonly throttle?: number;
  /** A read or an upload breaks off after some of its bytes. */
  readonly cut?: number;
  /** The request arrives twice; the caller sees the second answer. Uploads of complete bytes and removals only. */
  readonly duplicate?: number;
  /** The request waits up to `longestDelayMs` by the clock. */
  readonly delay?: number;
}

export interface FaultOptions extends FaultRates {
  /** From [0, 1); {@link seededRandom} makes a run repeatable. */
  readonly random: () => number;
  readonly clock?: Clock;
  /** @default 1000 */
  readonly longestDelayMs?: number;
  /** Only these calls are hit; all of them without it. */
  readonly only?: (operation: StoreOperation, key: string) => boolean;
  /** Told of every fault, for counting. */
  readonly onFault?: (fault: keyof FaultRates, operation: StoreOperation, key: string) => void;
}

export type StoreOperation = 'put' | 'get' | 'stat' | 'list' | 'remove';

/** The error of an injected fault; the decorated store classifies it. */
export class InjectedFault extends Error {
  readonly kind: 'transient' | 'throttled';

  constructor(kind: 'transient' | 'throttled', what: string) {
    super(`injected fault: ${what}`);
    this.name = 'InjectedFault';
    this.kind = kind;
  }
}

/** Numbers from [0, 1) that depend on the seed only (mulberry32, public domain, by Tommy Ettinger). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A store that fails as real ones do, for tests. It never breaks the store contract's promises. */
export function withFaults(store: ObjectStore, options: FaultOptions): ObjectStore {
  return new FaultyStore(store, options);
}

class FaultyStore implements ObjectStore {
  readonly capabilities: ObjectStore['capabilities'];
  readonly #store: ObjectStore;
  readonly #options: FaultOptions;

  constructor(store: ObjectStore, options: FaultOptions) {
    this.capabilities = store.capabilities;
    this.#store = store;
    this.#options = options;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    return this.#call('put', key, options, async () => {
      if (!(body instanceof Uint8Array))
        return this.#store.put(key, this.#perhapsCut('put', key, body), options);
      const info = await this.#store.put(key, body, options);
      return this.#strikes('duplicate', 'put', key) ? this.#store.put(key, body, options) : info;
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    await this.#before('get', key, options);
    const stream = this.#perhapsCut('get', key, await this.#store.get(key, options));
    if (!this.#strikes('failAfter', 'get', key)) return stream;
    // what was opened is closed, as a broken connection would be; a generator closes only what it began
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    throw new InjectedFault('transient', 'get answer lost');
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    return this.#call('stat', key, options, () => this.#store.stat(key, options));
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncGenerator<ObjectInfo> {
    await this.#before('list', prefix, options);
    for await (const info of this.#store.list(prefix, options)) {
      if (this.#strikes('cut', 'list', prefix)) throw new InjectedFault('transient', 'list cut');
      yield info;
    }
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    await this.#call('remove', key, options, async () => {
      await this.#store.remove(key, options);
      if (this.#strikes('duplicate', 'remove', key)) await this.#store.remove(key, options);
    });
  }

  async retentionProblem(options?: CallOptions): Promise<string | undefined> {
    return this.#store.retentionProblem?.(options);
  }

  classify(error: unknown): ReturnType<ObjectStore['classify']> {
    return error instanceof InjectedFault ? error.kind : this.#store.classify(error);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #call<T>(
    operation: StoreOperation,
    key: string,
    options: CallOptions,
    call: () => Promise<T>,
  ): Promise<T> {
    await this.#before(operation, key, options);
    const answer = await call();
    if (this.#strikes('failAfter', operation, key))
      throw new InjectedFault('transient', `${operation} answer lost`);
    return answer;
  }

  async #before(operation: StoreOperation, key: string, { signal }: CallOptions): Promise<void> {
    const { clock, longestDelayMs = 1000, random } = this.#options;
    if (clock && this.#strikes('delay', operation, key)) await clock.sleep(random() * longestDelayMs, signal);
    if (this.#strikes('throttle', operation, key))
      throw new InjectedFault('throttled', `${operation} throttled`);
    if (this.#strikes('failBefore', operation, key))
      throw new InjectedFault('transient', `${operation} not sent`);
  }

  #perhapsCut(
    operation: StoreOperation,
    key: string,
    body: AsyncIterable<Uint8Array>,
  ): AsyncIterable<Uint8Array> {
    return this.#strikes('cut', operation, key) ? cutSomewhere(body, this.#options.random, operation) : body;
  }

  #strikes(fault: keyof FaultRates, operation: StoreOperation, key: string): boolean {
    const { random, only, onFault } = this.#options;
    const rate = this.#options[fault] ?? 0;
    if (rate === 0 || only?.(operation, key) === false || random() >= rate) return false;
    onFault?.(fault, operation, key);
    return true;
  }
}

/** Breaks off inside one of the first chunks, so that short bodies are hit too. */
async function* cutSomewhere(
  body: AsyncIterable<Uint8Array>,
  random: () => number,
  operation: StoreOperation,
): AsyncGenerator<Uint8Array> {
  const whole = Math.floor(random() * 3);
  let seen = 0;
  for await (const chunk of body) {
    if (seen === whole) {
      const part = chunk.subarray(0, Math.floor(random() * chunk.length));
      if (part.length > 0) yield part;
      break;
    }
    seen += 1;
    yield chunk;
  }
  throw new InjectedFault('transient', `${operation} cut`);
}

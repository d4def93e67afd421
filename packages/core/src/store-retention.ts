import { newId } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Retention,
} from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { dataPrefix, runsPrefix } from './layout.ts';

/** Trials lie where the archive format keeps what is no content. */
const trialPrefix = 'locks/retention-';
/** Ten minutes: clocks may differ, and nobody can remove a trial before. */
const trialMs = 600_000;

export interface RetentionOptions {
  /** How long each object is kept from now on, in milliseconds. */
  readonly retainMs: number;
  readonly clock: Clock;
}

/**
 * Refuses a store that has no retention, or says that this bucket has none. Throws `CONFIG_INVALID`; nothing is
 * written. A store that only seems to have it shows at the first object, see {@link withRetention}.
 */
export async function requireRetention(store: ObjectStore, signal?: AbortSignal): Promise<void> {
  const problem = store.capabilities.retention
    ? await store.retentionProblem?.(signal ? { signal } : {})
    : 'this kind of store has no retention';
  if (problem === undefined) return;
  throw new CxvaultError('CONFIG_INVALID', `the store cannot retain objects: ${problem}`, {
    hint: 'archive without --retain, or into a bucket with Object Lock (Amazon S3, MinIO) or what other clouds call retention or immutability',
  });
}

/**
 * A store that retains the content of an archive, `data/` and `runs/`: nobody can remove or replace such an object
 * before its time. Locks, keys and the descriptor stay as they are, for they must be replaced and removed.
 *
 * What a store keeps is read back after each write. A store that keeps less than was asked for is an error,
 * `RETENTION_NOT_KEPT`: who stores an object so must not go on to name it in the journal. An entry, however, is
 * durable as it is stored; so before the first object a trial shows whether the store heeds retention at all.
 * Goes around the store that retries: an object whose acknowledgement was lost is looked at, too.
 */
export function withRetention(store: ObjectStore, options: RetentionOptions): ObjectStore {
  return new RetainingStore(store, options);
}

class RetainingStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #options: RetentionOptions;
  #tried: Promise<void> | undefined;

  constructor(store: ObjectStore, options: RetentionOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** May change with the first write. */
  get capabilities(): ObjectStore['capabilities'] {
    return this.#store.capabilities;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    if (!key.startsWith(dataPrefix) && !key.startsWith(runsPrefix))
      return this.#store.put(key, body, options);
    await this.#tryOnce();
    const retention = this.#inTime(this.#options.retainMs);
    const { signal } = options;
    try {
      const info = await this.#store.put(key, body, { ...options, retention });
      await this.#requireKept(key, retention, signal);
      return info;
    } catch (error) {
      // The caller may find that it is its own object, by an attempt whose answer was lost, and count it as stored.
      if (this.#store.classify(error) === 'exists') await this.#requireKept(key, retention, signal);
      throw error;
    }
  }

  get(key: string, options?: GetOptions): Promise<AsyncIterable<Uint8Array>> {
    return this.#store.get(key, options);
  }

  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return this.#store.stat(key, options);
  }

  list(prefix: string, options?: Parameters<ObjectStore['list']>[1]): AsyncIterable<ObjectInfo> {
    return this.#store.list(prefix, options);
  }

  remove(key: string, options?: CallOptions): Promise<void> {
    return this.#store.remove(key, options);
  }

  async retentionProblem(options?: CallOptions): Promise<string | undefined> {
    return this.#store.retentionProblem?.(options);
  }

  classify(error: unknown): ReturnType<ObjectStore['classify']> {
    return this.#store.classify(error);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** Shared by all who wait to write, and so not ended by the signal of any. One that failed is made again. */
  async #tryOnce(): Promise<void> {
    const trial = (this.#tried ??= this.#try());
    try {
      await trial;
    } catch (error) {
      if (this.#tried === trial) this.#tried = undefined;
      throw error;
    }
  }

  async #try(): Promise<void> {
    await this.#removeOldTrials();
    const key = `${trialPrefix}${newId()}`;
    const retention = this.#inTime(trialMs);
    await this.#store.put(key, Buffer.from('does the store keep this for ten minutes?\n'), { retention });
    await this.#requireKept(key, retention);
    await this.#requireIrremovable(key, retention);
  }

  /** Some servers take a retention, give it back, and lock nothing. */
  async #requireIrremovable(key: string, asked: Retention): Promise<void> {
    try {
      await this.#store.remove(key);
    } catch (error) {
      if (this.#store.classify(error) === 'denied') return;
      throw error;
    }
    throw notKept(key, asked, 'it let it be removed');
  }

  async #removeOldTrials(): Promise<void> {
    for await (const { key } of this.#store.list(trialPrefix)) {
      // Those of the last minutes cannot be removed yet: a later run does it.
      await this.#store.remove(key).catch(() => {});
    }
  }

  #inTime(milliseconds: number): Retention {
    // Stores keep whole seconds, and some cut a fraction off.
    const until = Math.ceil((this.#options.clock.now() + milliseconds) / 1000) * 1000;
    return { mode: 'compliance', until: new Date(until) };
  }

  async #requireKept(key: string, asked: Retention, signal?: AbortSignal): Promise<void> {
    const kept = (await this.#store.stat(key, signal ? { signal } : {}))?.retention;
    if (kept?.mode === asked.mode && kept.until.getTime() >= asked.until.getTime()) return;
    throw notKept(key, asked, inWords(kept));
  }
}

function notKept(key: string, asked: Retention, kept: string): CxvaultError {
  return new CxvaultError('RETENTION_NOT_KEPT', 'the store took an object but does not retain it as asked', {
    context: { key, asked: inWords(asked), kept },
  });
}

function inWords(retention: Retention | undefined): string {
  return retention === undefined ? 'nothing' : `${retention.mode} until ${retention.until.toISOString()}`;
}

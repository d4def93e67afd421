import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreCapabilities,
  StoreErrorKind,
} from '@cxvault/plugin-api';

import type { Clock } from '../clock.ts';
import { copyChecked } from '../replicate/copy-object.ts';
import { holdsExactly } from '../store-create.ts';
import { objectMissing } from '../store-errors.ts';
import { mergedList } from './merged-list.ts';
import type { Replica } from './replica.ts';
import { Tee } from './tee.ts';

export interface MirroredStoreOptions {
  readonly clock: Clock;
  /** Told of a replica that failed and was left out from then on. */
  readonly onLeave: (replica: Replica, error: unknown) => void;
}

interface Outcome {
  readonly replica: Replica;
  readonly info?: ObjectInfo;
  readonly error?: unknown;
}

/**
 * Several stores as one. What is written goes to all that are present, the same bytes; a stream is read once, at the
 * pace of the slowest. What is read comes from the first that has it; a list shows what any of them has. A store that
 * fails for good is left out from then on, and the call succeeds with the others; the last one's failure is thrown.
 */
export class MirroredStore implements ObjectStore {
  readonly #replicas: readonly Replica[];
  readonly #options: MirroredStoreOptions;

  constructor(replicas: readonly Replica[], options: MirroredStoreOptions) {
    this.#replicas = replicas;
    this.#options = options;
  }

  /** What all of them have; may change with the first write. */
  get capabilities(): StoreCapabilities {
    const all = this.#replicas.map(({ store }) => store.capabilities);
    return {
      createIfAbsent: all.every(({ createIfAbsent }) => createIfAbsent),
      retention: all.every(({ retention }) => retention),
      serverChecksum: null,
    };
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const outcomes =
      body instanceof Uint8Array
        ? await this.#onAll((replica) => putBytes(replica.store, key, body, options))
        : await this.#putStream(key, body, options);
    return this.#settle(outcomes, key, options);
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    return this.#first(key, options, async ({ store }) => store.get(key, options));
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    for (const replica of this.#present()) {
      try {
        const info = await replica.store.stat(key, options);
        if (info) return info;
      } catch (error) {
        this.#leaveUnlessLast(replica, error, options);
      }
    }
    return undefined;
  }

  list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    // one that fails here is not left out: what only it has would seem to be gone
    return mergedList(this.#present().map(({ store }) => store.list(prefix, options)));
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    const outcomes = await this.#onAll(async ({ store }) => {
      await store.remove(key, options);
      return undefined;
    });
    for (const { replica, error } of outcomes)
      if (error !== undefined) this.#leaveUnlessLast(replica, error, options);
  }

  classify(error: unknown): StoreErrorKind {
    const kinds = this.#replicas.map(({ store }) => store.classify(error));
    return kinds.find((kind) => kind !== 'permanent') ?? 'permanent';
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map(({ store }) => store.close()));
  }

  #present(): readonly Replica[] {
    const present = this.#replicas.filter((replica) => replica.present);
    if (present.length > 0) return present;
    throw new CxvaultError('STORE_UNREACHABLE', 'none of the archives can be reached', {
      hint: 'check the network and the addresses, then run again: what is archived stays archived',
    });
  }

  async #onAll(call: (replica: Replica) => Promise<ObjectInfo | undefined>): Promise<Outcome[]> {
    return Promise.all(
      this.#present().map(async (replica) => {
        try {
          const info = await call(replica);
          return { replica, ...(info && { info }) };
        } catch (error) {
          return { replica, error };
        }
      }),
    );
  }

  async #putStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<readonly Outcome[]> {
    const tee = new Tee(body);
    const readers = new Map(this.#present().map((replica) => [replica, tee.reader()]));
    const outcomes = await this.#onAll(async (replica) => {
      const reader = readers.get(replica);
      if (!reader) throw new CxvaultError('INTERNAL', 'a store came back while an object was stored');
      try {
        return await replica.store.put(key, reader.body, options);
      } finally {
        reader.leave();
      }
    });
    // a body that failed is no failure of a store
    if (tee.failure) throw tee.failure.error;
    return Promise.all(outcomes.map((outcome) => this.#caughtUp(outcome, outcomes, { key, tee, options })));
  }

  /** A stream cannot be sent again: who missed it gets it from one that has it. */
  async #caughtUp(
    outcome: Outcome,
    all: readonly Outcome[],
    { key, tee, options }: { readonly key: string; readonly tee: Tee; readonly options: PutOptions },
  ): Promise<Outcome> {
    const { replica, error } = outcome;
    const other = all.find(({ info }) => info);
    if (error === undefined || !other || isConflict(replica, error)) return outcome;
    if (options.signal?.aborted) return outcome;
    const { clock } = this.#options;
    try {
      await copyChecked(
        other.replica.store,
        replica.store,
        { key, ...tee.whole },
        { clock, signal: options.signal },
      );
      return other.info ? { replica, info: other.info } : outcome;
    } catch (again) {
      return { replica, error: again };
    }
  }

  #settle(outcomes: readonly Outcome[], key: string, options: CallOptions): ObjectInfo {
    // other bytes under the name of an object that is written once, or a promise that is broken: nothing may go on
    for (const { replica, error } of outcomes) if (isConflict(replica, error)) throw error;
    const info = outcomes.find((outcome) => outcome.info)?.info;
    for (const { replica, error } of outcomes)
      if (error !== undefined) this.#leaveUnlessLast(replica, error, options, info !== undefined);
    if (info) return info;
    throw objectMissing(key); // not reached: the last failure was thrown
  }

  async #first<T>(key: string, options: CallOptions, call: (replica: Replica) => Promise<T>): Promise<T> {
    let missing: { readonly error: unknown } | undefined;
    for (const replica of this.#present()) {
      try {
        return await call(replica);
      } catch (error) {
        if (replica.store.classify(error) === 'not-found') missing ??= { error };
        else this.#leaveUnlessLast(replica, error, options);
      }
    }
    throw missing ? missing.error : objectMissing(key);
  }

  #leaveUnlessLast(replica: Replica, error: unknown, { signal }: CallOptions, done = false): void {
    const others = this.#replicas.some((other) => other !== replica && other.present);
    if (signal?.aborted || (!others && !done)) throw error;
    this.#options.onLeave(replica, error);
  }
}

/** As the store's own, but for bytes that it holds already: an attempt whose answer was lost. */
async function putBytes(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  options: PutOptions,
): Promise<ObjectInfo> {
  try {
    return await store.put(key, bytes, options);
  } catch (error) {
    if (options.ifAbsent !== true || store.classify(error) !== 'exists') throw error;
    const held = await holdsExactly(store, key, bytes, options);
    if (held) return held;
    throw new CxvaultError(
      'STORE_CONFLICT',
      'the store holds other bytes under the name of an object to write',
      {
        context: { key },
        hint: 'another program writes under this archive address, or an object was replaced; run verify',
        cause: error,
      },
    );
  }
}

function isConflict({ store }: Replica, error: unknown): boolean {
  if (error === undefined) return false;
  if (isCxvaultError(error)) return error.code === 'STORE_CONFLICT' || error.code === 'RETENTION_NOT_KEPT';
  return store.classify(error) === 'exists';
}

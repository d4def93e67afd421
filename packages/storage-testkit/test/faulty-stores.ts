import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Retention,
  StoreErrorKind,
} from '@cxvault/plugin-api';

import { MemoryStore, MemoryStoreError } from '../src/memory-store.ts';
import type { SuiteOptions } from '../src/store-under-test.ts';

type Body = Uint8Array | AsyncIterable<Uint8Array>;
type ListOptions = CallOptions & { readonly startAfter?: string };

/** A store that breaks a promise in one way only: a fault that plugins have had. */
class FaultyStore implements ObjectStore {
  protected readonly inner = new MemoryStore();
  readonly capabilities: ObjectStore['capabilities'] = this.inner.capabilities;

  put(key: string, body: Body, options?: PutOptions): Promise<ObjectInfo> {
    return this.inner.put(key, body, options);
  }

  get(key: string, options?: GetOptions): Promise<AsyncIterable<Uint8Array>> {
    return this.inner.get(key, options);
  }

  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return this.inner.stat(key, options);
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo> {
    return this.inner.list(prefix, options);
  }

  remove(key: string, options?: CallOptions): Promise<void> {
    return this.inner.remove(key, options);
  }

  classify(error: unknown): StoreErrorKind {
    return this.inner.classify(error);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

class KeepsHalf extends FaultyStore {
  override async put(key: string, body: Body, options?: PutOptions): Promise<ObjectInfo> {
    if (body instanceof Uint8Array) return super.put(key, body, options);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of body) chunks.push(chunk);
    } catch (error) {
      await super.put(key, Buffer.concat(chunks));
      throw error;
    }
    return super.put(key, Buffer.concat(chunks), options);
  }
}

class BelievesSize extends FaultyStore {
  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    return super.put(key, body, { ...options, size: undefined });
  }
}

class ReplacesAlways extends FaultyStore {
  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    return super.put(key, body, { ...options, ifAbsent: false });
  }
}

class LooksThenWrites extends FaultyStore {
  override async put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    if (options.ifAbsent && (await this.stat(key))) return super.put(key, body, options);
    return super.put(key, body, { ...options, ifAbsent: false });
  }
}

class DeafToSignals extends FaultyStore {
  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    return super.put(key, body, { ...options, signal: undefined });
  }
}

class OffByOne extends FaultyStore {
  override get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { range } = options;
    return super.get(key, range ? { ...options, range: { ...range, length: range.length + 1 } } : options);
  }
}

class LateNotFound extends FaultyStore {
  override async get(key: string, options?: GetOptions): Promise<AsyncIterable<Uint8Array>> {
    const store = this.inner;
    async function* late(): AsyncGenerator<Uint8Array> {
      yield* await store.get(key, options);
    }
    return late();
  }
}

/** Lists in another order, or something else than what is there. */
class OtherList extends FaultyStore {
  readonly #change: (all: ObjectInfo[], prefix: string, options: ListOptions) => ObjectInfo[];

  constructor(change: (all: ObjectInfo[], prefix: string, options: ListOptions) => ObjectInfo[]) {
    super();
    this.#change = change;
  }

  override async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo> {
    const all = await Array.fromAsync(super.list(''));
    yield* this.#change(all, prefix, options).filter(({ key }) => key.startsWith(prefix));
  }
}

class RemovesAllAlike extends FaultyStore {
  override async remove(key: string, options?: CallOptions): Promise<void> {
    for await (const info of super.list(key)) await super.remove(info.key, options);
  }
}

class RemovesOnce extends FaultyStore {
  override async remove(key: string, options?: CallOptions): Promise<void> {
    if ((await this.stat(key)) === undefined) await this.inner.get(key);
    await super.remove(key, options);
  }
}

class NormalisesKeys extends FaultyStore {
  override put(key: string, body: Body, options?: PutOptions): Promise<ObjectInfo> {
    return super.put(key.normalize('NFC'), body, options);
  }
}

class ResolvesKeys extends FaultyStore {
  override stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return super.stat(new URL(key || 'x', 'x://y/').pathname.slice(1) || 'x', options);
  }
}

class HopesAlways extends FaultyStore {
  override classify(error: unknown): StoreErrorKind {
    const kind = super.classify(error);
    return kind === 'permanent' ? 'transient' : kind;
  }
}

class ForgetsEmpty extends FaultyStore {
  override async put(key: string, body: Body, options?: PutOptions): Promise<ObjectInfo> {
    const info = await super.put(key, body, options);
    if (info.size === 0) await this.remove(key);
    return info;
  }
}

/** Keeps another retention than was asked for. */
class OtherRetention extends FaultyStore {
  readonly #change: (retention: Retention, body: Body) => Retention | undefined;

  constructor(change: (retention: Retention, body: Body) => Retention | undefined) {
    super();
    this.#change = change;
  }

  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    const { retention } = options;
    return super.put(key, body, { ...options, retention: retention && this.#change(retention, body) });
  }
}

/** Says that an object is retained, and lets it go all the same. */
class SaysRetained extends FaultyStore {
  readonly #retentions = new Map<string, Retention>();

  override async put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    const info = await super.put(key, body, { ...options, retention: undefined });
    if (options.retention) this.#retentions.set(key, options.retention);
    return info;
  }

  override async stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    const info = await super.stat(key, options);
    const retention = this.#retentions.get(key);
    return info && { ...info, ...(retention && { retention }) };
  }
}

/** As a bucket with versions whose driver thinks of one way only to lose an object. */
class RefusesToReplace extends SaysRetained {
  override async put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    if ((await this.stat(key))?.retention) throw new MemoryStoreError('denied', key);
    return super.put(key, body, options);
  }
}

/** The last retention is everyone's. */
class OneRetention extends FaultyStore {
  #last: Retention | undefined;

  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    this.#last = options.retention ?? this.#last;
    return super.put(key, body, options);
  }

  override async stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    const info = await super.stat(key, options);
    return info && { ...info, ...(this.#last && { retention: this.#last }) };
  }
}

/** Looks whether an object is retained before it looks whether it is there. */
class DeniesCreation extends FaultyStore {
  override async put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    if ((await this.stat(key))?.retention) throw new MemoryStoreError('denied', key);
    return super.put(key, body, options);
  }
}

class KeepsForEver extends OtherRetention {
  constructor() {
    super((retention) => ({ ...retention, until: new Date(retention.until.getTime() + 86_400_000) }));
  }
}

class HidesItsRetention extends FaultyStore {
  override readonly capabilities = { ...this.inner.capabilities, retention: false };
}

/** Takes a retention that it cannot keep. */
class TakesAnyRetention extends OtherRetention {
  override readonly capabilities = { ...this.inner.capabilities, retention: false };

  constructor() {
    super(() => undefined);
  }
}

function after(all: ObjectInfo[], { startAfter = '' }: ListOptions): ObjectInfo[] {
  return all.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0);
}

const byUnits = (all: ObjectInfo[]) => all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
const byFolders = (all: ObjectInfo[]) =>
  all.toSorted((a, b) => (a.key.replaceAll('/', '\0') < b.key.replaceAll('/', '\0') ? -1 : 1));

/** Each fault, and a case that must find it. */
export const faults: readonly {
  readonly fault: string;
  readonly make: () => ObjectStore;
  readonly found: string;
  readonly absent?: SuiteOptions['absent'];
  readonly disturbed?: (store: ObjectStore) => ObjectStore;
}[] = [
  {
    fault: 'stores bytes that changed on their way',
    make: () => new MemoryStore(),
    disturbed: (store) => store,
    found: 'refuses a body of which a bit flipped on the way, and keeps nothing of it',
  },
  {
    fault: 'gives no disturbed connection and does not say so',
    make: () => new MemoryStore(),
    found: 'refuses a body of which a bit flipped on the way, and keeps nothing of it',
  },
  {
    fault: 'keeps half a stream',
    make: () => new KeepsHalf(),
    found: 'leaves nothing of a stream that fails',
  },
  {
    fault: 'replaces by half a stream',
    make: () => new KeepsHalf(),
    found: 'keeps the old object when a stream fails that would replace it',
  },
  {
    fault: 'believes the size',
    make: () => new BelievesSize(),
    found: 'refuses a body of another length than was said, and keeps nothing of it',
  },
  {
    fault: 'replaces always',
    make: () => new ReplacesAlways(),
    found: 'does not replace what is there when told to create',
  },
  {
    fault: 'looks, then writes',
    make: () => new LooksThenWrites(),
    found: 'lets exactly one of many creators win, ten times',
  },
  {
    fault: 'does not hear signals',
    make: () => new DeafToSignals(),
    found: 'leaves nothing of an upload that is aborted half way',
  },
  {
    fault: 'begins in spite of signals',
    make: () => new DeafToSignals(),
    found: 'begins nothing when the signal is aborted already',
  },
  { fault: 'gives a byte too many', make: () => new OffByOne(), found: 'gives 50 random ranges' },
  {
    fault: 'says not-found too late',
    make: () => new LateNotFound(),
    found: 'says not-found before the first byte, of a range too',
  },
  {
    fault: 'lists by UTF-16 units',
    make: () => new OtherList((all, _, options) => after(byUnits(all), options)),
    found: 'lists in the order of UTF-8 bytes, by any prefix, from any start',
  },
  {
    fault: 'lists folder by folder',
    make: () => new OtherList((all, _, options) => after(byFolders(all), options)),
    found: 'lists in the order of UTF-8 bytes, by any prefix, from any start',
  },
  {
    fault: 'starts with what it was to start after',
    make: () =>
      new OtherList((all, _, { startAfter = '' }) =>
        all.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) >= 0),
      ),
    found: 'lists each object once when there are more than a page',
  },
  {
    fault: 'lists one page',
    make: () => new OtherList((all, _, options) => after(all, options).slice(0, 50)),
    found: 'lists each object once when there are more than a page',
  },
  {
    fault: 'lists the first of a page twice',
    make: () =>
      new OtherList((all, _, options) =>
        after(all, options).flatMap((each, n) => (n === 50 ? [each, each] : [each])),
      ),
    found: 'lists each object once when there are more than a page',
  },
  {
    fault: 'takes a prefix for a folder',
    make: () =>
      new OtherList((all, prefix, options) =>
        after(all, options).filter(
          ({ key }) =>
            prefix === '' || prefix.endsWith('/') || key === prefix || key.startsWith(`${prefix}/`),
        ),
      ),
    found: 'lists in the order of UTF-8 bytes, by any prefix, from any start',
  },
  {
    fault: 'removes what begins alike',
    make: () => new RemovesAllAlike(),
    found: 'removes an object, and only that, and may be asked twice',
  },
  {
    fault: 'removes once only',
    make: () => new RemovesOnce(),
    found: 'removes an object, and only that, and may be asked twice',
  },
  {
    fault: 'normalises keys',
    make: () => new NormalisesKeys(),
    found: 'takes every legal character in keys',
  },
  {
    fault: 'resolves .. in keys',
    make: () => new ResolvesKeys(),
    found: 'refuses keys that are not legal or lead out of the store',
  },
  { fault: 'hopes always', make: () => new HopesAlways(), found: 'calls what it does not know permanent' },
  { fault: 'forgets empty objects', make: () => new ForgetsEmpty(), found: 'keeps objects of 0 bytes' },
  {
    fault: 'ignores retention',
    make: () => new OtherRetention(() => undefined),
    found: 'keeps a retention with an object, and gives it back',
  },
  {
    fault: 'forgets the retention of streams',
    make: () => new OtherRetention((retention, body) => (body instanceof Uint8Array ? retention : undefined)),
    found: 'keeps a retention with an object, and gives it back',
  },
  {
    fault: 'forgets the retention of what comes in parts',
    make: () =>
      new OtherRetention((retention, body) =>
        body instanceof Uint8Array && body.length > 5_000_000 ? undefined : retention,
      ),
    found: 'keeps a retention with an object, and gives it back',
  },
  {
    fault: 'knows one mode of retention',
    make: () => new OtherRetention((retention) => ({ ...retention, mode: 'governance' })),
    found: 'keeps a retention with an object, and gives it back',
  },
  {
    fault: 'retains for a shorter time',
    make: () => new OtherRetention(({ mode, until }) => ({ mode, until: new Date(until.getTime() - 1000) })),
    found: 'keeps a retention with an object, and gives it back',
  },
  {
    fault: 'mixes up retentions',
    make: () => new OneRetention(),
    found: 'keeps the retention of each object apart, and of none that was asked for none',
  },
  {
    fault: 'removes what it says is retained',
    make: () => new SaysRetained(),
    found: 'does not remove an object before its retention ends',
  },
  {
    fault: 'removes what it does not let be replaced',
    make: () => new RefusesToReplace(),
    found: 'does not remove an object before its retention ends',
  },
  {
    fault: 'replaces what it says is retained',
    make: () => new SaysRetained(),
    found: 'does not replace an object before its retention ends',
  },
  {
    fault: 'denies to create what is retained, as if it could tell that it is not there',
    make: () => new DeniesCreation(),
    found: 'says of an object that is retained that it exists, when told to create it',
  },
  {
    fault: 'retains for longer',
    make: () => new KeepsForEver(),
    found: 'removes and replaces an object whose retention has ended',
  },
  {
    fault: 'takes a retention and has none',
    make: () => new TakesAnyRetention(),
    found: 'says truly whether it can retain objects, and refuses to where it cannot',
    absent: { retention: 'as it says' },
  },
  {
    fault: 'says that it has no retention and has it',
    make: () => new HidesItsRetention(),
    found: 'says truly whether it can retain objects, and refuses to where it cannot',
  },
];

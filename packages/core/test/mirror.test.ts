import { randomBytes } from 'node:crypto';

import { CxvaultError } from '@cxvault/plugin-api';
import type { InteractionSource, ObjectStore, StoreErrorKind } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { describe, expect, it } from '@jest/globals';

import { createArchive, openArchive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { rotateRootKey } from '../src/keys/rotate.ts';
import { Mirror } from '../src/mirror/mirror.ts';
import { replicateArchive } from '../src/replicate/replicate.ts';
import { PollingRun } from '../src/run/polling-run.ts';
import type { RunReport } from '../src/run/report.ts';
import { runArchive } from '../src/run/run.ts';
import { RunLock } from '../src/lock.ts';
import { seededRandom } from '../src/store-faults.ts';
import { withRetry } from '../src/store-retry.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import { ModelTenant } from './model/model-tenant.ts';
import { flipByte, readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const schedules = Number(process.env['CXVAULT_SCHEDULES'] ?? 6);
const firstSeed = Number(process.env['CXVAULT_SEED'] ?? 20_261_124);
const unlock = { keyFile: Buffer.alloc(32, 7) };
const minute = 60_000;
const hour = 60 * minute;
const tool = { name: 'cxvault', version: 'test' };

class Down extends Error {}

/** A store that can be away; `callsLeft`: it goes away after so many calls. */
class SwitchedStore extends MemoryStore {
  callsLeft = Infinity;
  /** What it holds, also while it is away. */
  readonly content: ObjectStore = {
    capabilities: this.capabilities,
    put: (...args) => super.put(...args),
    get: (...args) => super.get(...args),
    stat: (...args) => super.stat(...args),
    list: (...args) => super.list(...args),
    remove: (...args) => super.remove(...args),
    classify: (error) => super.classify(error),
    close: () => super.close(),
  };

  override async put(...args: Parameters<MemoryStore['put']>): ReturnType<MemoryStore['put']> {
    this.#answer();
    return super.put(...args);
  }

  override async get(...args: Parameters<MemoryStore['get']>): ReturnType<MemoryStore['get']> {
    this.#answer();
    return super.get(...args);
  }

  override async stat(...args: Parameters<MemoryStore['stat']>): ReturnType<MemoryStore['stat']> {
    this.#answer();
    return super.stat(...args);
  }

  override async remove(...args: Parameters<MemoryStore['remove']>): ReturnType<MemoryStore['remove']> {
    this.#answer();
    await super.remove(...args);
  }

  override async *list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    this.#answer();
    yield* super.list(...args);
  }

  override classify(error: unknown): StoreErrorKind {
    return error instanceof Down ? 'transient' : super.classify(error);
  }

  #answer(): void {
    this.callsLeft -= 1;
    if (this.callsLeft < 0) throw new Down('the store is away');
  }
}

/** A tenant, and its archive in two stores. */
class Place {
  readonly clock = new VirtualClock(Date.parse('2026-11-02T08:00:00.000Z'), { selfMoving: true });
  readonly random: () => number;
  readonly a = new SwitchedStore({ now: () => this.clock.now() });
  readonly b = new SwitchedStore({ now: () => this.clock.now() });
  readonly warnings: string[] = [];
  readonly problems: string[] = [];
  readonly tenant: ModelTenant;
  readonly source: InteractionSource;
  #catalog: Catalog | undefined;

  private constructor(seed: number) {
    this.random = seededRandom(seed);
    this.tenant = new ModelTenant({
      clock: this.clock,
      random: this.random,
      skew: 0,
      resolution: 1,
      pace: 100,
      pageSize: 5,
      settlingLag: 0,
      punctual: true,
    });
    const { tenant } = this;
    this.source = {
      lanes: tenant.lanes,
      check: () => tenant.check(),
      now: () => tenant.now(),
      list: () => tenant.list(),
      fetch: (id) => tenant.fetch(id),
      openMedia: (id, medium) => tenant.openMedia(id, medium),
      mark: async (id) => {
        for (const [name, store] of this.both)
          if (!(await this.holds(store, id)))
            this.problems.push(`${id} is marked though ${name} has not got it`);
        return tenant.mark(id);
      },
      callCounts: () => tenant.callCounts(),
      close: () => tenant.close(),
    };
  }

  static async open(seed: number): Promise<Place> {
    const place = new Place(seed);
    const archive = await createArchive(place.a, { unlock, clock: place.clock });
    await replicateArchive(archive, place.b, {
      unlock,
      catalog: place.catalog(archive.id),
      clock: place.clock,
    });
    for (let n = 0; n < 8; n += 1) place.tenant.add();
    return place;
  }

  forget(): void {
    this.#catalog = undefined;
  }

  catalog(id: string): Catalog {
    return (this.#catalog ??= Catalog.open(':memory:', id));
  }

  /** Whether a store by itself has an interaction, its entry and all of its objects. */
  async holds({ content: store }: SwitchedStore, id: string): Promise<boolean> {
    const archive = await openArchive(store, unlock);
    const catalog = Catalog.open(':memory:', archive.id);
    try {
      await syncCatalog(archive, catalog);
      const version = catalog.latest(id);
      if (!version) return false;
      const keys = [version.segment, ...version.media.map(({ object_key }) => object_key)];
      return (await Promise.all(keys.map((key) => store.stat(key)))).every((info) => info !== undefined);
    } finally {
      catalog.close();
    }
  }

  async mirror(places: readonly (readonly [string, ObjectStore])[] = this.both): Promise<Mirror> {
    const { clock } = this;
    return Mirror.open(
      places.map(([url, store]) => ({
        url,
        store: withRetry(store, { clock, random: this.random, attempts: 3 }),
      })),
      {
        clock,
        onWarning: (message) => this.warnings.push(message),
        copyCommand: (from, to) => `copy ${from} ${to}`,
      },
    );
  }

  get both(): readonly (readonly [string, SwitchedStore])[] {
    return [
      ['memory:a', this.a],
      ['memory:b', this.b],
    ];
  }

  async run(places = this.both): Promise<RunReport> {
    const mirror = await this.mirror(places);
    const archive = await openArchive(mirror.store, unlock);
    const { report, error } = await runArchive({
      ...this.base(),
      archive,
      mirror,
      catalog: this.catalog(archive.id),
    });
    if (error !== undefined) throw new Error('the run broke off', { cause: error });
    return report;
  }

  base() {
    return {
      source: this.source,
      clock: this.clock,
      tool,
      archiveUrl: 'memory:a',
      hideSecrets: (text: string): string => text,
      compression: 'none',
      concurrency: 3,
    } as const;
  }
}

async function contentOf(store: ObjectStore): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const key of await storedKeys(store))
    if (!key.startsWith('locks/')) content.set(key, (await readStored(store, key)).toString('base64'));
  return content;
}

async function expectSame(place: Place): Promise<void> {
  expect(await contentOf(place.b)).toEqual(await contentOf(place.a));
  for (const store of [place.a, place.b]) {
    const report = await verifyArchive(await openArchive(store, unlock), { archive: 'test' });
    expect(report).toMatchObject({ ok: true, damage: [] });
  }
}

function isStoreAway(error: unknown): boolean {
  const reason = error instanceof Error && error.cause instanceof CxvaultError ? error.cause : error;
  return reason instanceof CxvaultError && reason.code === 'STORE_UNREACHABLE';
}

const states = (report: Pick<RunReport, 'archives'>): (string | undefined)[] =>
  (report.archives ?? []).map(({ state }) => state);

describe('a run on several archives', () => {
  it(`leaves both the same and marks nothing that one of them lacks, whichever fails when (${String(schedules)} from seed ${String(firstSeed)} on)`, async () => {
    let lagged = 0;
    for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
      const place = await Place.open(seed);
      const { random, clock, tenant } = place;
      for (let n = 0; n < 8; n += 1) {
        for (const store of [place.a, place.b]) {
          const what = random();
          store.callsLeft = what < 0.15 ? 0 : what < 0.5 ? Math.floor(random() * 150) : Infinity;
        }
        tenant.add();
        tenant.edit();
        const report = await place.run().catch((error: unknown) => {
          if (!isStoreAway(error)) throw error;
          return undefined;
        });
        if (report && states(report).some((state) => state !== 'whole')) lagged += 1;
        clock.jump(random() * 3 * hour + 3 * minute);
      }
      place.a.callsLeft = Infinity;
      place.b.callsLeft = Infinity;
      expect(states(await place.run())).toEqual(['whole', 'whole']);
      clock.jump(hour);
      const report = await place.run();
      expect([seed, report.marks.pending, report.journal_damage, place.problems]).toEqual([seed, 0, [], []]);
      await expectSame(place);
      for (const { id } of tenant.interactions.values()) expect(await place.holds(place.b, id)).toBe(true);
    }
    expect(lagged).toBeGreaterThan(schedules);
  }, 600_000);

  it('catches one up from the other, without asking the source, and sends then what was not marked', async () => {
    const place = await Place.open(1);
    place.b.callsLeft = 0;
    const report = await place.run();
    expect(report).toMatchObject({
      successful_archives: 8,
      marks: { sent: 0, pending: 8 },
      archives: [{ state: 'whole' }, { state: 'unreachable' }],
    });
    expect(place.warnings).toHaveLength(1);
    place.b.callsLeft = Infinity;
    const fetched = place.tenant.fetched.length;
    const later = await place.run();
    expect(later).toMatchObject({
      marks: { pending: 0 },
      archives: [{ state: 'whole' }, { state: 'whole' }],
    });
    expect(later.archives?.[1]?.caught_up.entries).toBeGreaterThan(0);
    expect(place.tenant.fetched.length - fetched).toBeLessThan(8 + 1);
    expect(later.successful_archives).toBe(0);
    await expectSame(place);
  });

  it('takes what only one of them knows for known: the state is the union of both journals', async () => {
    const place = await Place.open(2);
    await place.run([['memory:a', place.a]]);
    place.tenant.add();
    place.forget(); // another machine, that knows b only
    place.clock.jump(hour);
    expect(await place.run([['memory:b', place.b]])).toMatchObject({ journal_damage: [] });
    place.forget();
    expect(await contentOf(place.b)).not.toEqual(await contentOf(place.a));
    place.clock.jump(hour);
    const report = await place.run();
    expect(states(report)).toEqual(['whole', 'whole']);
    expect(report.journal_damage).toEqual([]);
    await expectSame(place);
  });

  it('gives neither what is damaged in the other: it lags, is named, and nothing is marked', async () => {
    const place = await Place.open(3);
    place.b.callsLeft = 0;
    await place.run();
    place.b.callsLeft = Infinity;
    const [medium] = await storedKeys(place.a, 'data/');
    if (medium === undefined) throw new Error('nothing stored');
    await flipByte(place.a, medium, 90);
    const report = await place.run();
    expect(report).toMatchObject({
      marks: { sent: 0 },
      journal_damage: [{ object_key: medium }],
      archives: [{ state: 'whole' }, { state: 'lagging' }],
    });
    expect(report.archives?.[1]?.reason).toContain(medium);
    await flipByte(place.a, medium, 90);
    expect(await place.run()).toMatchObject({ journal_damage: [], marks: { pending: 0 } });
    await expectSame(place);
  });

  it('leaves out one whose keys are others, and says how to make them the same', async () => {
    const place = await Place.open(4);
    await rotateRootKey(place.a, { unlocks: [unlock], drop: [], clock: place.clock });
    const report = await place.run();
    expect(report).toMatchObject({
      marks: { sent: 0 },
      archives: [{ state: 'whole' }, { state: 'lagging' }],
    });
    expect(place.warnings.join()).toContain('copy memory:a memory:b');
    const archive = await openArchive(place.a, unlock);
    const { clock } = place;
    await replicateArchive(archive, place.b, { unlock, catalog: place.catalog(archive.id), clock });
    expect(states(await place.run())).toEqual(['whole', 'whole']);
    await expectSame(place);
  });

  it('is refused when another run has the lock of one of them, and then holds none', async () => {
    const place = await Place.open(5);
    const lock = await RunLock.acquire(place.b, { runId: 'other', clock: place.clock });
    await expect(place.run()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    expect(await storedKeys(place.a, 'locks/')).toEqual([]);
    await lock.release();
    await place.run();
  });

  it('refuses a place that never held the archive, goes on without one that did, and refuses another archive', async () => {
    const place = await Place.open(6);
    const empty = new SwitchedStore();
    const withEmpty = [...place.both, ['memory:c', empty] as const];
    await expect(place.run(withEmpty)).rejects.toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
      hint: expect.stringContaining('copy memory:a memory:c'),
    });
    expect(await storedKeys(empty)).toEqual([]);
    await place.run();
    for (const key of await storedKeys(place.b)) await place.b.remove(key);
    expect(states(await place.run())).toEqual(['whole', 'unreachable']);
    expect(await storedKeys(place.b)).toEqual([]);
    const stranger = new SwitchedStore();
    await createArchive(stranger, { unlock, clock: place.clock });
    await expect(
      place.run([
        ['memory:a', place.a],
        ['memory:b', stranger],
      ]),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('cannot run when none of them can be read', async () => {
    const place = await Place.open(7);
    place.a.callsLeft = 0;
    place.b.callsLeft = 0;
    await expect(place.run()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('brings one that comes back up to the others between two passes, and marks then', async () => {
    const place = await Place.open(8);
    const mirror = await place.mirror();
    const archive = await openArchive(mirror.store, unlock);
    const catalog = place.catalog(archive.id);
    {
      await using run = await PollingRun.open({ ...place.base(), archive, mirror, catalog });
      const pass = async (): Promise<void> => {
        expect(await run.pass({ source: place.source })).toMatchObject({ error: undefined });
        place.clock.jump(10 * minute);
      };
      await pass();
      place.b.callsLeft = 0;
      place.tenant.add();
      await pass();
      expect(states(run.report())).toEqual(['whole', 'lagging']);
      const pending = run.report().marks.pending;
      expect(pending).toBeGreaterThan(0);
      place.b.callsLeft = Infinity;
      await pass();
      expect(run.report()).toMatchObject({
        marks: { pending: 0 },
        archives: [{ state: 'whole' }, { state: 'whole' }],
      });
      await run.end({ archivedRecords: false });
    }
    expect(place.problems).toEqual([]);
    expect(place.warnings).toHaveLength(1);
    await expectSame(place);
  });
});

describe('MirroredStore', () => {
  it('stores a stream in all at the pace of the slowest, reading it once', async () => {
    const place = await Place.open(9);
    const mirror = await place.mirror();
    let read = 0;
    let ahead = 0;
    let taken = 0;
    const slow = place.b.put.bind(place.b);
    place.b.put = async (key, body, options) => {
      if (body instanceof Uint8Array) return slow(key, body, options);
      return slow(key, watched(body), options);
    };
    async function* watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        await new Promise((resolve) => setImmediate(resolve));
        taken += 1;
        ahead = Math.max(ahead, read - taken);
        yield chunk;
      }
    }
    async function* body(): AsyncGenerator<Uint8Array> {
      for (; read < 50; read += 1) {
        await Promise.resolve();
        yield randomBytes(10);
      }
    }
    await mirror.store.put('data/x', body());
    expect(ahead).toBeLessThanOrEqual(2);
    expect(await readStored(place.a, 'data/x')).toEqual(await readStored(place.b, 'data/x'));
    expect((await readStored(place.a, 'data/x')).length).toBe(500);
  });

  it('leaves nothing anywhere of a body that fails, and leaves no store out for it', async () => {
    const place = await Place.open(10);
    const mirror = await place.mirror();
    async function* body(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield randomBytes(10);
      throw new Error('the source broke off');
    }
    await expect(mirror.store.put('data/x', body())).rejects.toThrow('the source broke off');
    expect(await storedKeys(place.a, 'data/')).toEqual([]);
    expect(await storedKeys(place.b, 'data/')).toEqual([]);
    expect(place.warnings).toEqual([]);
  });

  it('gives a store that missed a stream what another has of it', async () => {
    const place = await Place.open(11);
    const mirror = await place.mirror();
    const put = place.b.put.bind(place.b);
    let failed = 0;
    place.b.put = async (key, body, options) => {
      if (body instanceof Uint8Array) return put(key, body, options);
      failed += 1;
      throw new Down('a part got lost');
    };
    async function* body(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield randomBytes(100_000);
    }
    await mirror.store.put('data/x', body(), { ifAbsent: true });
    expect(failed).toBe(1);
    expect(await readStored(place.b, 'data/x')).toEqual(await readStored(place.a, 'data/x'));
    expect(place.warnings).toEqual([]);
  });

  it('stops when one of them holds other bytes under the name', async () => {
    const place = await Place.open(12);
    const mirror = await place.mirror();
    await place.b.put('runs/x', Buffer.from('other'));
    await expect(mirror.store.put('runs/x', Buffer.from('ours'), { ifAbsent: true })).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
    });
  });

  it('lists what any of them has, each once and in order, and reads from the one that has it', async () => {
    const place = await Place.open(13);
    const mirror = await place.mirror();
    for (const [store, keys] of [
      [place.a, ['data/1', 'data/3', 'data/5']],
      [place.b, ['data/1', 'data/2', 'data/6', 'data/7']],
    ] as const)
      for (const key of keys) await store.put(key, Buffer.from(key));
    expect(await storedKeys(mirror.store, 'data/')).toEqual(
      ['1', '2', '3', '5', '6', '7'].map((n) => `data/${n}`),
    );
    expect((await readStored(mirror.store, 'data/6')).toString()).toBe('data/6');
    expect(await mirror.store.stat('data/7')).toMatchObject({ size: 6 });
  });
});

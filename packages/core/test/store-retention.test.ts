import type { ObjectInfo, ObjectStore, PutOptions, Retention } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { createArchive, openArchive } from '../src/archive.ts';
import type { RunResult } from '../src/run/run-start.ts';
import { createObject } from '../src/store-create.ts';
import { withFaults } from '../src/store-faults.ts';
import { requireRetention, withRetention } from '../src/store-retention.ts';
import { withRetry } from '../src/store-retry.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import { testUnlock } from './archive-builder.ts';
import { Schedule } from './model/schedule.ts';
import { storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const day = 86_400_000; // milliseconds
const retainMs = 7 * 366 * day;
const bytes = Buffer.from('content');
const another = Buffer.from('another');

type Body = Parameters<ObjectStore['put']>[1];

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00.250Z'), { selfMoving: true });
});

/** A store that keeps another retention than it is asked for. */
class OtherRetention extends MemoryStore {
  change: (retention: Retention, key: string, body: Body) => Retention | undefined = (retention) => retention;

  override put(key: string, body: Body, options: PutOptions = {}): Promise<ObjectInfo> {
    const retention = options.retention && this.change(options.retention, key, body);
    return super.put(key, body, { ...options, retention });
  }
}

function retaining(store: ObjectStore): ObjectStore {
  return withRetention(store, { retainMs, clock });
}

async function* stream(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function untilOf(store: ObjectStore, key: string): Promise<string | undefined> {
  return (await store.stat(key))?.retention?.until.toISOString();
}

describe('withRetention', () => {
  const memory = (): OtherRetention => new OtherRetention({ now: () => clock.now() });

  it('retains what is in the journal and what it names, until whole seconds that are never too early', async () => {
    const store = retaining(memory());
    await store.put('data/records/1.cxv', bytes, { ifAbsent: true });
    clock.set(clock.now() + 10_000);
    await store.put('data/media/2.cxv', stream());
    await store.put('runs/r/000001.cxv', bytes);
    const retention = { mode: 'compliance', until: new Date('2033-11-28T09:00:01.000Z') };
    expect((await store.stat('data/records/1.cxv'))?.retention).toEqual(retention);
    expect(await untilOf(store, 'data/media/2.cxv')).toBe('2033-11-28T09:00:11.000Z');
    expect(await untilOf(store, 'runs/r/000001.cxv')).toBe('2033-11-28T09:00:11.000Z');
  });

  it('leaves alone what must be replaced and removed', async () => {
    const store = retaining(memory());
    for (const key of [
      'locks/run/1.json',
      'keys/ring/1.cxv',
      'keys/slots/1.slot',
      'cxvault.json',
      'database',
    ]) {
      await store.put(key, bytes);
      expect((await store.stat(key))?.retention).toBeUndefined();
    }
    expect(await storedKeys(store, 'locks/retention-')).toEqual([]);
  });

  const faults: [string, OtherRetention['change'], string][] = [
    ['nothing', () => undefined, 'nothing'],
    ['another mode', (asked) => ({ ...asked, mode: 'governance' }), 'governance until'],
    [
      'less than was asked',
      ({ mode, until }) => ({ mode, until: new Date(until.getTime() - 1000) }),
      'compliance until',
    ],
  ];

  it.each(faults)('writes nothing into a store that keeps %s', async (_what, change, kept) => {
    const inner = memory();
    inner.change = change;
    const store = retaining(inner);
    for (const key of ['data/1', 'runs/1'])
      await expect(store.put(key, bytes)).rejects.toMatchObject({
        code: 'RETENTION_NOT_KEPT',
        context: { key: expect.stringContaining('locks/retention-'), kept: expect.stringContaining(kept) },
      });
    expect(await storedKeys(inner, 'data/')).toEqual([]);
    expect(await storedKeys(inner, 'runs/')).toEqual([]);
  });

  it('writes nothing into a store that gives a retention back and locks nothing', async () => {
    const [inner, unlocked] = [memory(), memory()];
    const told = new Map<string, Retention>();
    inner.change = (retention, key) => void told.set(key, retention);
    unlocked.stat = async (key) => {
      const [info, retention] = [await inner.stat(key), told.get(key)];
      return info && { ...info, ...(retention && { retention }) };
    };
    unlocked.put = (...request) => inner.put(...request);
    unlocked.remove = (key) => inner.remove(key);
    await expect(retaining(unlocked).put('data/1', bytes)).rejects.toMatchObject({
      code: 'RETENTION_NOT_KEPT',
      context: { kept: 'it let it be removed' },
    });
    expect(await storedKeys(inner, '')).toEqual([]);
  });

  it.each(faults)(
    'names the object of which a store keeps %s, though it kept others',
    async (_what, change) => {
      const inner = memory();
      inner.change = (retention, key, body) =>
        body instanceof Uint8Array ? retention : change(retention, key, body);
      const store = retaining(inner);
      await store.put('data/1', bytes);
      await expect(store.put('data/2', stream())).rejects.toMatchObject({
        code: 'RETENTION_NOT_KEPT',
        context: { key: 'data/2', asked: 'compliance until 2033-11-28T09:00:01.000Z' },
      });
    },
  );

  it('takes a store that keeps an object for longer', async () => {
    const inner = memory();
    inner.change = ({ mode, until }) => ({ mode, until: new Date(until.getTime() + day) });
    await retaining(inner).put('data/1', bytes);
  });

  it('looks at an object whose acknowledgement was lost', async () => {
    const inner = memory();
    inner.change = (retention, key) => (key.startsWith('data/') ? undefined : retention);
    let lost = 1;
    const losing = withFaults(inner, {
      failAfter: 1,
      random: () => 0,
      only: (operation, key) => operation === 'put' && key.startsWith('data/') && lost-- > 0,
    });
    const store = retaining(withRetry(losing, { clock, random: () => 0 }));
    await expect(store.put('data/1', bytes, { ifAbsent: true })).rejects.toMatchObject({
      code: 'RETENTION_NOT_KEPT',
      context: { key: 'data/1' },
    });
  });

  it('looks at an object that is there already, before anyone finds that it is its own', async () => {
    const inner = memory();
    await inner.put('runs/r/000001.cxv', bytes);
    await expect(createObject(retaining(inner), 'runs/r/000001.cxv', bytes)).rejects.toMatchObject({
      code: 'RETENTION_NOT_KEPT',
    });
    const kept = memory();
    const retention = { mode: 'compliance', until: new Date(clock.now() + retainMs + day) } as const;
    await kept.put('runs/r/000001.cxv', bytes, { retention });
    await createObject(retaining(kept), 'runs/r/000001.cxv', bytes);
    await expect(createObject(retaining(kept), 'runs/r/000001.cxv', another)).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
    });
  });

  it('tries the store once, again after a failure, and clears the trials of earlier runs away', async () => {
    const inner = memory();
    const first = retaining(inner);
    await Promise.all(['data/1', 'data/2', 'runs/1'].map((key) => first.put(key, bytes)));
    expect(await storedKeys(inner, 'locks/')).toHaveLength(1);
    clock.set(clock.now() + 60_000);
    await retaining(inner).put('data/3', bytes);
    expect(await storedKeys(inner, 'locks/')).toHaveLength(2);
    clock.set(clock.now() + 3_600_000);
    const third = retaining(inner);
    inner.change = () => undefined;
    await expect(third.put('data/4', bytes)).rejects.toMatchObject({ code: 'RETENTION_NOT_KEPT' });
    inner.change = (retention) => retention;
    await third.put('data/4', bytes);
    expect(await storedKeys(inner, 'locks/')).toHaveLength(1);
  });
});

describe('requireRetention', () => {
  class Plain extends MemoryStore {
    override readonly capabilities = { createIfAbsent: true, retention: false, serverChecksum: null };
  }

  class Bucket extends MemoryStore {
    readonly #problem: string | undefined;

    constructor(problem: string | undefined) {
      super();
      this.#problem = problem;
    }

    retentionProblem(): Promise<string | undefined> {
      return Promise.resolve(this.#problem);
    }
  }

  it('refuses a kind of store that has none, and a bucket that has none', async () => {
    await expect(requireRetention(new Plain())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const bucket = withRetry(new Bucket('the bucket has no lock'), { clock });
    await expect(requireRetention(bucket)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('the bucket has no lock'),
    });
    await requireRetention(new MemoryStore());
    await requireRetention(withRetry(new MemoryStore(), { clock }));
    await requireRetention(new Bucket(undefined));
  });
});

describe('a run that retains', () => {
  let schedule: Schedule;
  let inner: OtherRetention;
  beforeEach(async () => {
    schedule = new Schedule(1, 'punctual');
    await schedule.start();
    inner = new OtherRetention({ now: () => schedule.clock.now() });
    await createArchive(inner, { unlock: testUnlock, clock: schedule.clock });
  });

  async function run(): Promise<RunResult> {
    const store = withRetention(inner, { retainMs, clock: schedule.clock });
    const archive = await openArchive(store, testUnlock);
    return await schedule.run({ archive, catalog: schedule.catalog(archive) });
  }

  async function retained(): Promise<Record<string, boolean>> {
    const keys = await storedKeys(inner);
    const found = await Promise.all(keys.map(async (key) => [folderOf(key), await isRetained(key)] as const));
    return Object.fromEntries(found);
  }

  const folderOf = (key: string): string =>
    key
      .split('/')
      .slice(0, 2)
      .join('/')
      .replace(/^runs.*/, 'runs');
  const isRetained = async (key: string): Promise<boolean> =>
    (await inner.stat(key))?.retention !== undefined;

  it('keeps records, media, entries and report, and an archive that is whole', async () => {
    const { report, error } = await run();
    expect(error).toBeUndefined();
    expect(report.successful_archives).toBeGreaterThan(0);
    expect(await retained()).toMatchObject({
      'data/media': true,
      'data/records': true,
      runs: true,
      'keys/ring': false,
      'keys/slots': false,
      'cxvault.json': false,
    });
    const archive = await openArchive(inner, testUnlock);
    expect(await verifyArchive(archive, { archive: 'memory' })).toMatchObject({ ok: true });
  });

  it('writes no entry into a store that ignores retention', async () => {
    inner.change = () => undefined;
    const { report, error } = await run();
    expect(error).toMatchObject({ code: 'RETENTION_NOT_KEPT' });
    expect(report).toMatchObject({ successful_archives: 0, error: { code: 'RETENTION_NOT_KEPT' } });
    expect(await storedKeys(inner, 'runs/')).toEqual([]);
    expect(await storedKeys(inner, 'data/')).toEqual([]);
  });

  it('names nothing in the journal that the store forgot to retain', async () => {
    inner.change = (retention, key) => (key.startsWith('data/media/') ? undefined : retention);
    const { error } = await run();
    expect(error).toMatchObject({
      code: 'RETENTION_NOT_KEPT',
      context: { key: expect.stringContaining('data/media/') },
    });
    const archive = await openArchive(inner, testUnlock);
    const report = await verifyArchive(archive, { archive: 'memory' });
    expect(report).toMatchObject({ ok: true, media: { checked: 0 } });
    expect(report.objects.leftover).toBeGreaterThan(0);
  });
});

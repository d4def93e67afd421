import { spawn } from 'node:child_process';

import { newId } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { descriptorKey } from '../src/layout.ts';
import { RunLock } from '../src/lock.ts';
import { ownProcess } from '../src/process-identity.ts';
import type { ProcessIdentity } from '../src/process-identity.ts';
import { withFaults } from '../src/store-faults.ts';
import { editText, readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const elsewhere: ProcessIdentity = { host: 'other-host', boot_id: 'b', pid: 4711, process_start: null };

let clock: VirtualClock;
let store: MemoryStore;
const held: RunLock[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  store = new MemoryStore({ now: () => clock.now() });
  await store.put(descriptorKey, Buffer.from('{}'));
});
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
});

async function acquire(
  options: { runId?: string; process?: ProcessIdentity; on?: ObjectStore } = {},
): Promise<RunLock> {
  const { runId = newId(), process, on = store } = options;
  const lock = await RunLock.acquire(on, { runId, clock, ...(process && { process }) });
  held.push(lock);
  return lock;
}

const lockKeys = (): Promise<string[]> => storedKeys(store, 'locks/');

/** A lock whose holder never renews it: its process was killed. */
async function leaveBehind(process: ProcessIdentity): Promise<RunLock> {
  const frozen = new VirtualClock(clock.now());
  return RunLock.acquire(store, { runId: newId(), clock: frozen, process });
}

describe('RunLock', () => {
  it('says who holds it, since when, and what to do', async () => {
    const runId = newId();
    await acquire({ runId });
    const { host, pid } = ownProcess();
    const refused = acquire();
    await expect(refused).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
      context: { host, pid, run_id: runId, since: '2026-11-23T09:00:00.000Z', lock: 'locks/run/1.json' },
    });
    await expect(refused).rejects.toHaveProperty('hint');
    expect(await lockKeys()).toEqual(['locks/run/1.json']);
  });

  it('is given to exactly one of many at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => acquire()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is free after its release, which may be called twice', async () => {
    const first = await acquire();
    await first.release();
    await first.release();
    expect(await lockKeys()).toEqual([]);
    const second = await acquire();
    await second.check();
    await first.release();
    await second.check();
  });

  it('is kept by renewing, as long as the run takes', async () => {
    const lock = await acquire({ process: elsewhere });
    await clock.advance(3_600_000);
    await expect(acquire()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await lock.check();
    expect(await lockKeys()).toEqual(['locks/run/1.json']);
  });

  it('is void after 2 minutes without renewal, by the store’s clock', async () => {
    const dead = await leaveBehind(elsewhere);
    await clock.advance(120_000);
    await expect(acquire()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await clock.advance(1);
    const lock = await acquire();
    expect(await lockKeys()).toEqual(['locks/run/1.json', 'locks/run/2.json']);
    await expect(dead.check()).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
    await dead.release();
    await lock.check();
    await lock.release();
    expect(await lockKeys()).toEqual([]);
  });

  it('does not believe this machine’s clock', async () => {
    await leaveBehind(elsewhere);
    const ahead = new VirtualClock(clock.now() + 86_400_000);
    await expect(RunLock.acquire(store, { runId: newId(), clock: ahead })).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
    });
  });

  it('is void at once when its process on this machine is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const pid = child.pid ?? 0;
    await new Promise((resolve) => child.once('exit', resolve));
    await leaveBehind({ ...ownProcess(), pid });
    await (await acquire()).release();
    // an earlier start of the machine
    await leaveBehind({ ...ownProcess(), boot_id: 'earlier' });
    await (await acquire()).release();
    // the pid has gone to another process
    await leaveBehind({ ...ownProcess(), process_start: '1' });
    await (await acquire()).release();
    // the same pid elsewhere says nothing
    await leaveBehind({ ...elsewhere, pid });
    await expect(acquire()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
  });

  it('that cannot be read counts by its age', async () => {
    await store.put('locks/run/7.json', Buffer.from('{"half'));
    await store.put('locks/run/notes.txt', Buffer.from('x'));
    await expect(acquire()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await clock.advance(121_000);
    await acquire();
    expect(await lockKeys()).toContain('locks/run/8.json');
  });

  it('is lost when another holds a higher number, or it was removed', async () => {
    const lock = await acquire();
    await store.put('locks/run/2.json', await readStored(store, 'locks/run/1.json'));
    await editText(store, 'locks/run/2.json', (text) => text.replace(/"token":"[^"]*"/, '"token":"other"'));
    await expect(lock.check()).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
    await store.remove('locks/run/2.json');
    // once lost, for good
    await expect(lock.check()).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
    await store.remove('locks/run/1.json');
    const next = await acquire();
    await store.remove('locks/run/1.json');
    await expect(next.check()).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
  });

  it('is not lost while the whole archive is away', async () => {
    const lock = await acquire();
    const [taken, descriptor] = [
      await readStored(store, 'locks/run/1.json'),
      await readStored(store, descriptorKey),
    ];
    await store.remove('locks/run/1.json');
    await store.remove(descriptorKey);
    await expect(lock.check()).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await clock.advance(600_000); // the renewals of that time find nothing either, and leave nothing there
    expect(await storedKeys(store)).toEqual([]);
    await store.put('locks/run/1.json', taken);
    await store.put(descriptorKey, descriptor);
    await lock.check();
    expect(await lockKeys()).toContain('locks/run/2.json');
  });

  it('is not mistaken for another’s of the same number', async () => {
    const first = await acquire();
    await store.remove('locks/run/1.json');
    const second = await acquire();
    await expect(first.check()).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
    await first.release();
    await second.check();
  });

  it('survives failing renewals while nobody else takes it', async () => {
    let broken = false;
    const flaky = withFaults(store, { failBefore: 1, random: () => 0, only: () => broken });
    const lock = await acquire({ on: flaky });
    broken = true;
    await clock.advance(600_000);
    broken = false;
    // void by now, but nobody has taken over: it takes the next number itself
    await lock.check();
    expect(await lockKeys()).toContain('locks/run/2.json');
    await expect(acquire()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await lock.release();
    expect(await lockKeys()).toEqual([]);
  });

  it('does not fail a run whose lock cannot be given back', async () => {
    let broken = false;
    const flaky = withFaults(store, { failBefore: 1, random: () => 0, only: () => broken });
    const lock = await acquire({ on: flaky });
    broken = true;
    await lock.release();
    expect(await lockKeys()).toEqual(['locks/run/1.json']);
  });

  it('knows its own lock when the answer to taking it again was lost', async () => {
    let broken = false;
    let losing = false;
    const only = (operation: string): boolean => broken || (losing && operation === 'put');
    const dropping = withFaults(store, { failBefore: 1, random: () => 0, only: () => broken });
    const flaky = withFaults(dropping, { failAfter: 1, random: () => 0, only });
    const lock = await acquire({ on: flaky });
    broken = true;
    await clock.advance(600_000);
    broken = false;
    losing = true;
    await expect(lock.check()).rejects.toThrow('injected');
    losing = false;
    await lock.check();
    await clock.advance(600_000);
    await expect(acquire()).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
      context: { lock: 'locks/run/2.json' },
    });
    await lock.release();
    expect(await lockKeys()).toEqual([]);
  });

  it('stops renewing once it is released', async () => {
    const lock = await acquire();
    await clock.advance(45_000);
    await lock.release();
    await clock.advance(600_000);
    expect(await lockKeys()).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });

  it('is best effort, and says so, on a store without conditional create', async () => {
    const plain: ObjectStore = Object.assign(withFaults(store, { random: () => 1 }), {
      capabilities: { ...store.capabilities, createIfAbsent: false },
    });
    const lock = await acquire({ on: plain });
    expect(lock.bestEffort).toBe(true);
    await lock.check();
    await expect(acquire({ on: plain })).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    expect((await leaveLock()).bestEffort).toBe(false);
  });

  it('does not keep the process alive', async () => {
    const script = `
      import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
      import { RunLock } from './packages/core/src/lock.ts';
      import { systemClock } from './packages/core/src/clock.ts';
      await RunLock.acquire(new MemoryStore(), { runId: 'r', clock: systemClock });`;
    const child = spawn(
      process.execPath,
      ['--conditions=@cxvault/source', '--input-type=module', '-e', script],
      {
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: 'inherit',
      },
    );
    const ended = await new Promise((resolve) => {
      child.once('exit', resolve);
      setTimeout(() => {
        child.kill();
      }, 15_000).unref();
    });
    expect(ended).toBe(0);
  }, 20_000);
});

async function leaveLock(): Promise<RunLock> {
  return RunLock.acquire(new MemoryStore(), { runId: newId(), clock: new VirtualClock() });
}

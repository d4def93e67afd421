import { randomBytes } from 'node:crypto';

import { newId } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createArchive, openArchive } from '../src/archive.ts';
import { JournalWriter, readJournal } from '../src/journal.ts';
import type { StoredEntry } from '../src/journal.ts';
import { RunLock } from '../src/lock.ts';
import { seededRandom, withFaults } from '../src/store-faults.ts';
import { withRetry } from '../src/store-retry.ts';
import { storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const unlock = { keyFile: randomBytes(32) };

function flaky(store: ObjectStore, clock: VirtualClock, seed: number): ObjectStore {
  const random = seededRandom(seed);
  const rates = { failBefore: 0.06, failAfter: 0.06, throttle: 0.02, duplicate: 0.06, cut: 0.06, delay: 0.1 };
  return withRetry(withFaults(store, { random, clock, ...rates }), { clock, random, attempts: 12 });
}

describe('an archive over a store that keeps failing', () => {
  it('is created, locked, written and read as over a good one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const clock = new VirtualClock();
        const memory = new MemoryStore({ now: () => clock.now() });
        const store = flaky(memory, clock, seed);
        const written = await clock.run(
          (async () => {
            const archive = await createArchive(store, { unlock, clock });
            const runId = newId();
            const lock = await RunLock.acquire(store, { runId, clock });
            const keys = archive.keys.writer();
            const journal = new JournalWriter(archive, {
              runId,
              heads: [],
              source: { system: 'cxone', profile: 'interactions', tenant: 't' },
              tool: { name: 'cxvault', version: '0.1.0' },
              clock,
              beforeAppend: () => lock.check(),
            });
            const entries: StoredEntry[] = [];
            for (let n = 1; n <= 6; n += 1) {
              await Promise.all(Array.from({ length: 12 }, () => keys.next()));
              entries.push(await journal.append({}, { final: n === 6 }));
            }
            await journal.writeReport({});
            await lock.release();
            return entries;
          })(),
        );
        // what lies there is whole, and nothing else lies there
        expect(await readAll(memory)).toEqual(written);
        expect(await storedKeys(memory, 'locks/')).toEqual([]);
        expect(await storedKeys(memory, 'keys/slots/')).toHaveLength(1);
        expect(await clock.run(readAll(flaky(memory, clock, seed + 1)))).toEqual(written);
      }),
      { numRuns: 15 },
    );
  });

  it('that is not there is told from a store that does not answer', async () => {
    const clock = new VirtualClock();
    const empty = withRetry(new MemoryStore(), { clock });
    await expect(openArchive(empty, unlock)).rejects.toMatchObject({ code: 'ARCHIVE_NOT_FOUND' });
    const silent = withRetry(withFaults(new MemoryStore(), { random: () => 0, failBefore: 1 }), { clock });
    await expect(clock.run(openArchive(silent, unlock))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});

async function readAll(store: ObjectStore): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of readJournal(await openArchive(store, unlock))) items.push(item);
  return items;
}

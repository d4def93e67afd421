import { randomBytes } from 'node:crypto';

import { newId } from '@cxvault/crypto-codec';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import type { EntryRef } from '../src/journal-entry.ts';
import { JournalWriter, readJournal } from '../src/journal.ts';
import type { StoredEntry } from '../src/journal.ts';
import { flipByte, readStored } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Run {
  readonly entries: readonly StoredEntry[];
  readonly reported: boolean;
  /** The tips that this run named, by position of their run. */
  readonly knew: readonly number[];
}

interface Plan {
  readonly entries: number;
  readonly reported: boolean;
  /** Which earlier runs' tips the run knew. */
  readonly knew: readonly boolean[];
}

const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    entries: fc.integer({ min: 1, max: 4 }),
    reported: fc.boolean(),
    knew: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

async function writeRun(archive: Archive, plan: Plan, heads: readonly EntryRef[]): Promise<StoredEntry[]> {
  const writer = new JournalWriter(archive, {
    runId: newId(),
    heads,
    source: { system: 'cxone', profile: 'interactions', tenant: 't' },
    tool: { name: 'cxvault', version: '0.1.0' },
    clock: new VirtualClock(),
  });
  const entries: StoredEntry[] = [];
  for (let n = 1; n <= plan.entries; n += 1) {
    const marks = Array.from({ length: n * 20 }, () => ({
      interaction_id: newId(),
      status: 'archived',
      outcome: 'sent' as const,
    }));
    entries.push(await writer.append({ marks }, { final: plan.reported && n === plan.entries }));
  }
  if (plan.reported) await writer.writeReport({});
  return entries;
}

async function build(archive: Archive, all: readonly Plan[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const plan of all) {
    const knew = runs.flatMap((_, index) => (plan.knew[index] === true ? [index] : []));
    const heads = knew.flatMap((index) => runs[index]?.entries.at(-1)?.ref ?? []);
    runs.push({ entries: await writeRun(archive, plan, heads), reported: plan.reported, knew });
  }
  return runs;
}

async function read(archive: Archive): Promise<{ entries: StoredEntry[]; damaged: string[] }> {
  const entries: StoredEntry[] = [];
  const damaged: string[] = [];
  for await (const item of readJournal(archive)) {
    if ('damage' in item) damaged.push(item.damage.object_key);
    else if ('entry' in item) entries.push(item);
  }
  return { entries, damaged };
}

describe('readJournal over any journal', () => {
  it('gives back what was written, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (all) => {
        const archive = await createArchive(new MemoryStore(), { unlock: { keyFile: randomBytes(32) } });
        const runs = await build(archive, all);
        const { entries, damaged } = await read(archive);
        const byKey = (a: StoredEntry, b: StoredEntry): number => (a.key < b.key ? -1 : 1);
        expect(damaged).toEqual([]);
        expect(entries).toEqual(runs.flatMap((run) => run.entries).toSorted(byKey));
      }),
      { numRuns: 25 },
    );
  });

  it('names any one entry that is changed, cut, replaced or removed, and marks only what follows in its run', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(), fc.nat(), fc.nat(), async (all, pick, how, where) => {
        const store = new MemoryStore();
        const archive = await createArchive(store, { unlock: { keyFile: randomBytes(32) } });
        const runs = await build(archive, all);
        const places = runs.flatMap((run, index) => run.entries.map((entry) => ({ run, index, entry })));
        const place = places[pick % places.length];
        if (!place) return;
        const { key, entry } = place.entry;
        const bytes = await readStored(store, key);
        const other = places[where % places.length]?.entry.key ?? key;
        const ways = [
          () => flipByte(store, key, where % bytes.length),
          () => store.put(key, bytes.subarray(0, where % bytes.length)),
          () => store.put(key, Buffer.concat([bytes, Buffer.from('x')])),
          async () => store.put(key, await readStored(store, other)),
          () => store.remove(key),
        ];
        const way = how % ways.length;
        await ways[way]?.();
        const { entries, damaged } = await read(archive);
        const last = entry.n === place.run.entries.length;
        const known = runs.some(({ knew }) => knew.includes(place.index));
        const unseen = (way === 3 && other === key) || (way === 4 && last && !known && !place.run.reported);
        if (unseen) expect(damaged).toEqual([]);
        else if (way === 4 && last && place.run.reported && !known) {
          expect(damaged).toEqual([key.replace(/[^/]+$/, 'report.cxv')]);
        } else expect(damaged).toContain(key);
        for (const found of entries) {
          const follows = found.entry.run_id === entry.run_id && found.entry.n > entry.n;
          expect(found.chainBroken ?? false).toBe(follows && !unseen);
        }
      }),
      { numRuns: 60 },
    );
  });
});

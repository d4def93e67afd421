import type { ObjectInfo } from '@cxvault/plugin-api';

import type { Archive } from './archive.ts';
import type { Damage, DamageProblem } from './damage.ts';
import { headsNotFound, RunTips } from './journal-heads.ts';
import { readEntryObject } from './journal-object.ts';
import type { ReadOutcome } from './journal-object.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { JournalItem, KnownEntries } from './journal.ts';
import { entryKey, parseRunKey, reportKey, runsPrefix } from './layout.ts';
import { mapAhead } from './map-ahead.ts';

/**
 * Entries that are read at the same time, ahead of the one that is given out: many small ones, for stores that answer
 * slowly, but few large ones. An entry of 1,000 records is stored in some 100 KB and takes tens of times that in memory.
 */
const readAhead = { items: 8, weight: 256 * 1024, weigh: ({ size }: ObjectInfo): number => size };
/** Missing entries that are named one by one; a longer gap ends with how many more there are. */
const namedInGap = 1_000;

/** An object of the journal that the listing showed, read unless it is known. */
type Found =
  | { readonly runId: string; readonly report: true }
  | {
      readonly runId: string;
      readonly n: number;
      readonly key: string;
      readonly bytes: number;
      readonly knownSha256: string;
    }
  | {
      readonly runId: string;
      readonly n: number;
      readonly key: string;
      readonly bytes: number;
      readonly read: ReadOutcome<JournalEntry>;
    };

/**
 * One pass over the whole journal, run by run, each in the order of its entries. Nothing that is damaged stops
 * it: damage comes as an item, and what follows in the same run as `chainBroken`. Objects of unknown names are
 * ignored. At the end come entries that others name in `heads` and that are gone. What only the entries themselves
 * tell (chain, heads) is not asked of known ones: a caller that skips them remembers what it heard. Memory depends on the number
 * of runs, not of entries. Throws `ARCHIVE_NEEDS_NEWER`, and the store's errors.
 */
export async function* readJournal(
  archive: Archive,
  known?: KnownEntries,
  signal?: AbortSignal,
): AsyncGenerator<JournalItem> {
  const tips = new RunTips();
  let run: RunReader | undefined;
  const listed = archive.store.list(runsPrefix, signal ? { signal } : {});
  for await (const found of mapAhead(
    listed,
    readAhead,
    (info, ahead) => find(archive, info, known, ahead),
    signal,
  )) {
    if (!found) continue;
    if (run?.runId !== found.runId) run = new RunReader(found.runId, tips);
    yield* run.next(found);
  }
  yield* await headsNotFound(archive, tips, signal);
}

async function find(
  archive: Archive,
  { key, size }: ObjectInfo,
  known: KnownEntries | undefined,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const name = parseRunKey(key);
  if (!name || 'report' in name) return name;
  const knownSha256 = known?.sha256Of(name.runId, name.n, size);
  if (knownSha256 !== undefined) return { ...name, key, bytes: size, knownSha256 };
  return { ...name, key, bytes: size, read: await readEntryObject(archive, key, size, name, signal) };
}

/** Follows the chain of one run. */
class RunReader {
  readonly runId: string;
  readonly #tips: RunTips;
  #n = 0;
  /** SHA-256 of entry `#n`; null before the first, undefined when it could not be read. */
  #sha256: string | null | undefined = null;
  #broken = false;
  #lastIsFinal: boolean | undefined = false;

  constructor(runId: string, tips: RunTips) {
    this.runId = runId;
    this.#tips = tips;
  }

  *next(found: Found): Generator<JournalItem> {
    if ('report' in found) {
      if (this.#lastIsFinal === false) yield { damage: this.#orphanedReport() };
      return;
    }
    yield* this.#gap(found.n);
    this.#n = found.n;
    if ('knownSha256' in found) {
      this.#follow(found.knownSha256, undefined);
      yield { known: { run_id: found.runId, n: found.n }, key: found.key, bytes: found.bytes };
    } else yield* this.#read(found);
  }

  *#read(found: Extract<Found, { read: unknown }>): Generator<JournalItem> {
    const { key, read } = found;
    if ('problem' in read) {
      this.#broken = true;
      this.#follow(undefined, undefined);
      yield { damage: damageOf(key, 'journal', read.problem, read.detail) };
      return;
    }
    const { document: entry, sha256, bytes } = read;
    if (this.#sha256 !== undefined && entry.previous !== this.#sha256) yield this.#otherPrevious(found.n);
    for (const head of entry.heads ?? []) this.#tips.expect(head);
    this.#follow(sha256, entry.final);
    const ref = { run_id: entry.run_id, n: entry.n, sha256 };
    yield { entry, ref, key, bytes, ...(this.#broken && { chainBroken: true }) };
  }

  #follow(sha256: string | undefined, final: boolean | undefined): void {
    this.#sha256 = sha256;
    this.#lastIsFinal = final;
    this.#tips.found(this.runId, this.#n, sha256);
  }

  *#gap(next: number): Generator<JournalItem> {
    const missing = next - this.#n - 1;
    if (missing === 0) return;
    this.#broken = true;
    this.#sha256 = undefined;
    for (let n = this.#n + 1; n < next && n <= this.#n + namedInGap; n += 1) {
      const more = n === this.#n + namedInGap && next > n + 1 ? `, and so are the next ${next - n - 1}` : '';
      yield {
        damage: damageOf(entryKey(this.runId, n), 'journal', 'journal-gap', `the entry is missing${more}`),
      };
    }
  }

  /** The entry before this one can be read, but it is not the one that this one followed. */
  #otherPrevious(n: number): JournalItem {
    this.#broken = true;
    const key = entryKey(this.runId, n - 1);
    return {
      damage: damageOf(key, 'journal', 'swapped', 'the next entry followed another content of this one'),
    };
  }

  #orphanedReport(): Damage {
    return damageOf(reportKey(this.runId), 'report', 'journal-gap', 'the final entry of the run is missing');
  }
}

function damageOf(key: string, kind: string, problem: DamageProblem, detail: string): Damage {
  return { object_key: key, kind, problem, detail, interactions: [] };
}

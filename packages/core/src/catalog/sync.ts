import type { Archive } from '../archive.ts';
import type { Damage } from '../damage.ts';
import type { EntryRef } from '../journal-entry.ts';
import { readJournal } from '../journal.ts';
import { parseRunKey } from '../layout.ts';
import type { Catalog } from './catalog.ts';

/** What a look at the journal brought. */
export interface SyncResult {
  /** Entries in the journal. */
  readonly entries: number;
  readonly damage: readonly Damage[];
}

/**
 * Brings the catalog up to the journal: entries that it knows are not read again, only looked for, by name and size (what
 * was overwritten in the same size only a verify sees). An entry that it knows and that is gone is damage, remembered for good; the rest of the catalog is then built anew, so that
 * it says nothing that the journal does not.
 */
export async function syncCatalog(
  archive: Archive,
  catalog: Catalog,
  signal?: AbortSignal,
): Promise<SyncResult> {
  // a run that showed damage is read again, entry by entry: the damage may lie between entries that are known
  const broken = catalog.brokenRuns();
  catalog.forgetBroken();
  let found = await readInto(archive, catalog, broken, signal);
  const gone = found.gone;
  if (gone.length > 0) {
    for (const entry of gone) catalog.rememberLost(entry);
    catalog.clear();
    found = await readInto(archive, catalog, broken, signal);
  }
  for (const lost of catalog.lostEntries()) {
    if (catalog.sha256Of(lost.run_id, lost.n) === lost.sha256) catalog.forgetLost(lost.key);
  }
  const named = new Set(found.damage.map((damage) => damage.object_key));
  const lost = catalog.lostEntries().filter((entry) => !named.has(entry.key));
  return { entries: found.entries, damage: [...found.damage, ...lost.map(lostDamage)] };
}

type Known = EntryRef & { readonly key: string };

async function readInto(
  archive: Archive,
  catalog: Catalog,
  readAgain: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<{ entries: number; damage: Damage[]; gone: Known[] }> {
  const missing = new Map<string, Known>();
  for (const { run_id, n, sha256, key } of catalog.entries()) missing.set(key, { run_id, n, sha256, key });
  const damage: Damage[] = [];
  let entries = 0;
  const known = {
    sha256Of: (runId: string, n: number, bytes: number) =>
      readAgain.has(runId) ? undefined : catalog.sha256OfSized(runId, n, bytes),
  };
  for await (const item of readJournal(archive, known, signal)) {
    if ('damage' in item) {
      damage.push(item.damage);
      // an entry that only another one names was never known here: without this, the next look would not miss it
      if (item.lost) catalog.rememberLost({ ...item.lost, key: item.damage.object_key });
      const place = parseRunKey(item.damage.object_key);
      if (place) catalog.markBroken(place.runId);
      continue;
    }
    entries += 1;
    // another entry in the place of one that was seen: that one is gone
    if ('known' in item || missing.get(item.key)?.sha256 === item.ref.sha256) missing.delete(item.key);
    if (!('known' in item)) catalog.apply(item);
  }
  return { entries, damage, gone: [...missing.values()] };
}

function lostDamage(entry: Known): Damage {
  return {
    object_key: entry.key,
    kind: 'journal',
    problem: 'missing',
    detail: 'a journal entry that was there before is gone',
    interactions: [],
  };
}

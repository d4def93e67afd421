import { openObject } from '@cxvault/crypto-codec';

import { storeSource } from '../byte-source.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Damage } from '../damage.ts';
import { readJournal } from '../journal.ts';
import { descriptorKey, parseRunKey, recordsPrefix, runsPrefix } from '../layout.ts';
import { explainDamage } from './explain.ts';
import { RingUnusable } from './check-rings.ts';
import type { VerifyContext } from './verify-context.ts';

/** What is known of the journal from elsewhere than the journal. */
export interface OutsideKnowledge {
  /** The catalog kept in the cache folder: it remembers entries that it saw. */
  readonly remembered?: Catalog | undefined;
  /** SHA-256 of an entry that must be in the journal. */
  readonly expectTip?: string | undefined;
}

/** Reads the whole journal into the context's fresh catalog, and reports what is wrong with it. */
export async function checkJournal(
  { archive, catalog, tally, signal }: Pick<VerifyContext, 'archive' | 'catalog' | 'tally' | 'signal'>,
  { remembered, expectTip }: OutsideKnowledge,
): Promise<void> {
  const damaged: Damage[] = [];
  const runs = new Set<string>();
  for await (const item of readJournal(archive, undefined, signal)) {
    signal?.throwIfAborted();
    if ('damage' in item) {
      damaged.push(item.damage);
      continue;
    }
    if ('known' in item) continue; // cannot be: nothing was said to be known
    tally.entries += 1;
    runs.add(item.ref.run_id);
    catalog.apply(item);
  }
  tally.runs = runs.size;
  tally.tips = catalog.tips().map(({ sha256 }) => sha256);
  for (const damage of damaged) tally.damage(withRemembered(damage, remembered));
  if (remembered)
    reportLost(tally, catalog, remembered, new Set(damaged.map(({ object_key }) => object_key)));
  if (expectTip !== undefined && !catalog.hasEntryOfSha256(expectTip)) tally.damage(tipGone(expectTip));
}

/** A damaged entry cannot say what it archived; a catalog that saw it whole can. */
function withRemembered(damage: Damage, remembered: Catalog | undefined): Damage {
  const place = parseRunKey(damage.object_key);
  if (!remembered || damage.interactions.length > 0 || !place || 'report' in place) return damage;
  return { ...damage, interactions: remembered.interactionsOfEntry(place.runId, place.n) };
}

/** Entries that were seen before and are gone, or were replaced by others: removal of newest runs shows only here. */
function reportLost(
  tally: VerifyContext['tally'],
  catalog: Catalog,
  remembered: Catalog,
  reported: ReadonlySet<string>,
): void {
  for (const { run_id, n, sha256, key } of knownEntries(remembered)) {
    const found = catalog.sha256Of(run_id, n);
    if (found === sha256 || reported.has(key)) continue;
    tally.damage({
      object_key: key,
      kind: 'journal',
      problem: found === undefined ? 'missing' : 'checksum',
      detail:
        found === undefined
          ? 'this machine saw the journal entry before, and it is gone'
          : 'this machine saw another journal entry under this name before',
      interactions: remembered.interactionsOfEntry(run_id, n),
    });
  }
}

function* knownEntries(
  remembered: Catalog,
): Iterable<{ run_id: string; n: number; sha256: string; key: string }> {
  yield* remembered.entries();
  yield* remembered.lostEntries();
}

function tipGone(sha256: string): Damage {
  return {
    object_key: runsPrefix,
    kind: 'journal',
    problem: 'missing',
    detail: `no journal entry has the expected SHA-256 ${sha256}`,
    interactions: [],
  };
}

/** The descriptor is not encrypted: the runs' first entries say what its bytes must be. */
export function checkDescriptor({ archive, catalog, tally }: VerifyContext): void {
  const runs = catalog.descriptorHashes().filter(({ sha256 }) => sha256 !== archive.descriptorSha256);
  if (runs.length === 0) return;
  tally.damage({
    object_key: descriptorKey,
    kind: 'descriptor',
    problem: 'checksum',
    detail: `${runs.length} run(s) saw a descriptor with other bytes`,
    interactions: [],
  });
}

/** Slots that cannot be read at all. What a slot seals can only be checked by who has its password. */
export function checkSlots({ archive, tally }: Pick<VerifyContext, 'archive' | 'tally'>): void {
  for (const { object_key, detail } of archive.warnings) {
    tally.damage({ object_key, kind: 'slot', problem: 'content', detail, interactions: [] });
  }
}

/**
 * For journal entries that are damaged or missing and whose interactions nobody remembers: those in segments that
 * no readable entry names. Which of several such entries named a segment cannot be told, so each is given all.
 */
export async function nameCostOfLostEntries(context: VerifyContext): Promise<void> {
  const { plan, tally } = context;
  const unknown = tally
    .found()
    .filter(({ kind, interactions }) => kind === 'journal' && interactions.length === 0);
  if (unknown.length === 0) return;
  const interactions = new Set<string>();
  for (const { key, bytes } of plan.leftoverSegments(recordsPrefix)) {
    for (const id of await interactionsInSegment(context, key, bytes)) interactions.add(id);
  }
  if (interactions.size === 0) return;
  for (const damage of unknown) tally.damage({ ...damage, interactions: [...interactions] });
}

async function interactionsInSegment(
  { archive, catalog, rings, signal }: VerifyContext,
  key: string,
  bytes: number,
): Promise<string[]> {
  try {
    const source = storeSource(archive.store, key, bytes, signal);
    const expected = { archiveId: archive.id, objectKey: key, kind: 'records' } as const;
    const { index } = await openObject(source, rings.lookup(archive), expected);
    const lost = (index.records ?? []).filter((record) => !isArchived(catalog, record));
    return lost.map(({ interaction_id }) => interaction_id);
  } catch (error) {
    if (!(error instanceof RingUnusable)) await explainDamage({ archive, key, signal }, error);
    return []; // a leftover that cannot be opened tells nothing, and costs nothing
  }
}

/** A crash leaves a segment behind whose records the next run archived again: those are not lost. */
function isArchived(
  catalog: Catalog,
  record: { readonly interaction_id: string; readonly sha256: string },
): boolean {
  return catalog.versionsSince(record.interaction_id, '').some(({ sha256 }) => sha256 === record.sha256);
}

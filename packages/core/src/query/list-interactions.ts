import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import { mapAhead } from '../map-ahead.ts';
import { restoreFailure } from '../restore/restore-failure.ts';
import { recordsOf } from '../restore/segment-records.ts';
import type { FoundRecord } from '../restore/segment-records.ts';
import { inPeriod } from '../verify/period.ts';
import type { Period } from '../verify/period.ts';
import { listedMedia } from './listed-medium.ts';
import type { ListedMedium } from './listed-medium.ts';
import { listedRecord } from './listed-record.ts';
import type { ListedRecord } from './listed-record.ts';

/** Segments that are read ahead: each leaves at most a thousand rows in memory. */
const readAhead = { items: 4, weight: 4, weigh: (): number => 1 };

/**
 * An interaction is created before it is archived. So much may the times of a source be ahead of ours, by a time zone
 * that it does not name and by its clock.
 */
const aheadMs = 2 * 24 * 3_600_000;

/** Which interactions; a part that is left out lets all through. */
export interface ListFilter extends Period {
  /** One of these types, in any case. */
  readonly types?: readonly string[] | undefined;
  /** The whole id or address of a participant, in any case. */
  readonly participant?: string | undefined;
}

/** One archived interaction in its newest version; `list --json`. */
export interface ListedInteraction {
  readonly interaction_id: string;
  readonly type: string | null;
  readonly created_time: string | null;
  readonly updated_time: string | null;
  readonly archived_at: string;
  readonly media: readonly ListedMedium[];
  /** The segment that holds its record. */
  readonly object_key: string;
  /** Why its record cannot be read: then type and created time are null, and no filter leaves it out. */
  readonly error?: string;
}

/**
 * Lists archived interactions, segment by segment in key order: those that are not erased, each in its newest version.
 * Each segment is read once, and only if it may hold one that is asked for. Memory does not grow with the archive.
 * The catalog must be up to the journal (`syncCatalog`); what is archived meanwhile is left out. Damage is no error but
 * a row with `error`. Throws `STORE_…` when the store does not answer, and the signal's reason.
 */
export async function* listInteractions(
  archive: Archive,
  catalog: Catalog,
  filter: ListFilter,
  signal?: AbortSignal,
): AsyncGenerator<ListedInteraction[]> {
  const upTo = catalog.newestVersionId();
  yield* mapAhead(
    catalog.segments(archivedFrom(filter)),
    readAhead,
    (segment, ahead) =>
      rowsOf(archive, segment, { versions: catalog.latestIn(segment, upTo), filter }, ahead),
    signal,
  );
}

function archivedFrom({ since }: Period): string {
  return since === undefined ? '' : new Date(Date.parse(since) - aheadMs).toISOString();
}

async function rowsOf(
  archive: Archive,
  segment: string,
  { versions, filter }: { readonly versions: readonly Version[]; readonly filter: ListFilter },
  signal: AbortSignal,
): Promise<ListedInteraction[]> {
  signal.throwIfAborted();
  const rows: ListedInteraction[] = [];
  if (versions.length === 0) return rows;
  for await (const found of recordsOf(archive, segment, versions, signal)) {
    signal.throwIfAborted();
    const row = rowOf(archive, found, filter);
    if (row) rows.push(row);
  }
  return rows;
}

function rowOf(archive: Archive, found: FoundRecord, filter: ListFilter): ListedInteraction | undefined {
  const { version } = found;
  try {
    if ('error' in found) throw found.error;
    const record = listedRecord(found.line);
    return matches(record, filter) ? listed(version, record) : undefined;
  } catch (error) {
    const reason = restoreFailure(archive, version.segment, error);
    if (reason === undefined) throw error;
    return { ...listed(version, undefined), error: reason };
  }
}

function matches(record: ListedRecord, { since, until, types, participant }: ListFilter): boolean {
  if ((since !== undefined || until !== undefined) && !inPeriod({ since, until }, record.created_time ?? ''))
    return false;
  if (types !== undefined && !types.some((type) => same(type, record.type))) return false;
  return (
    participant === undefined ||
    record.participants.some(({ id, address }) => same(participant, id) || same(participant, address))
  );
}

function same(asked: string, found: string | null): boolean {
  return found !== null && found.toLowerCase() === asked.toLowerCase();
}

function listed(version: Version, record: ListedRecord | undefined): ListedInteraction {
  return {
    interaction_id: version.interaction_id,
    type: record?.type ?? null,
    created_time: record?.created_time ?? null,
    updated_time: version.updated_time === '' ? null : version.updated_time,
    archived_at: version.at,
    media: listedMedia(version, record),
    object_key: version.segment,
  };
}

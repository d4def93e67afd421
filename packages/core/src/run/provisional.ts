import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import type { AbsentMedium } from '../journal-entry.ts';

const hour = 3_600_000; // milliseconds
/** Absent media are asked for again this long after the interaction's end (architecture: "Absent is provisional"). */
const askedAgainAfter = [hour, 24 * hour, 72 * hour] as const;
const lastAfter = 72 * hour;

/**
 * What the journal says of a medium that the source did not give. `until`: up to when it is asked for again; a time
 * in the past: its absence is final, unless it is denied and the right to it appears. What was skipped is fetched by
 * the next run with media.
 */
export function journalAbsent(
  mediaId: string,
  code: string,
  interaction: { readonly endedTime: string | undefined; readonly fetchedAt: number },
): AbsentMedium {
  if (code === 'skipped') return { media_id: mediaId, code };
  const { endedTime, fetchedAt } = interaction;
  const end = endedTime === undefined ? fetchedAt : Date.parse(endedTime);
  return { media_id: mediaId, code, until: new Date(end + lastAfter).toISOString() };
}

/** The interactions whose absent media are due to be asked for again. */
export function* dueAbsences(catalog: Catalog, now: number): Iterable<Version> {
  for (const version of catalog.withAbsent(['not-found', 'denied', 'skipped'])) {
    if (catalog.isErased(version.interaction_id)) continue;
    const lastAsked = Date.parse(catalog.lastAsked(version.interaction_id) ?? version.at);
    if (version.absent.some((absent) => isDue(absent, lastAsked, now))) yield version;
  }
}

/** The interactions that lack media which the source denied. */
export function* withDenied(catalog: Catalog): Iterable<Version> {
  for (const version of catalog.withAbsent(['denied'])) {
    if (!catalog.isErased(version.interaction_id)) yield version;
  }
}

/**
 * In the first run of a day one interaction whose media were denied, another one each time: when it is given, the
 * right to media has appeared, and all others are worth asking for.
 */
export function deniedToProbe(catalog: Catalog, now: number): Version | undefined {
  const today = new Date(now).toISOString().slice(0, 'YYYY-MM-DD'.length);
  if ((catalog.newestRun()?.last_at ?? '') >= today) return undefined;
  let n = Math.floor(now / 1_000) % countOf(withDenied(catalog));
  for (const version of withDenied(catalog)) if (n-- === 0) return version;
  return undefined;
}

function countOf(items: Iterable<unknown>): number {
  const iterator = items[Symbol.iterator]();
  let count = 0;
  while (!iterator.next().done) count += 1;
  return count;
}

function isDue(absent: AbsentMedium, lastAsked: number, now: number): boolean {
  if (absent.code === 'skipped') return true;
  if (absent.until === undefined) return false;
  const end = Date.parse(absent.until) - lastAfter;
  return askedAgainAfter.some((after) => lastAsked < end + after && end + after <= now);
}

import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import type { AbsentMedium } from '../journal-entry.ts';

const hour = 3_600_000; // milliseconds
/** Absent media are asked for again this long after the interaction's end (architecture: "Absent is provisional"). */
const askedAgainAfter = [hour, 24 * hour, 72 * hour] as const;
const lastAfter = 72 * hour;

/** Until when the absence of a medium is provisional; a time in the past: it is final. */
export function provisionalUntil(endedTime: string | undefined, now: number): string {
  return new Date((endedTime === undefined ? now : Date.parse(endedTime)) + lastAfter).toISOString();
}

/** The interactions whose absent media are due to be asked for again. */
export function* dueAbsences(catalog: Catalog, now: number): Iterable<Version> {
  for (const version of catalog.withAbsent(['not-found', 'denied', 'skipped'])) {
    if (catalog.isErased(version.interaction_id)) continue;
    const lastAsked = Date.parse(catalog.lastAsked(version.interaction_id) ?? version.at);
    if (version.absent.some((absent) => isDue(absent, lastAsked, now))) yield version;
  }
}

function isDue(absent: AbsentMedium, lastAsked: number, now: number): boolean {
  if (absent.code === 'skipped') return true;
  if (absent.until === undefined) return false; // carried over: the source has it no longer
  const end = Date.parse(absent.until) - lastAfter;
  return askedAgainAfter.some((after) => lastAsked < end + after && end + after <= now);
}

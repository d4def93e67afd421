import type { EntryWindow } from '../journal-entry.ts';

const hour = 3_600_000; // milliseconds
const deepLookBack = 7 * 24 * hour; // architecture: "Each run lists from the low-water mark less the look-back (2 h), once a day less 7 days"

/** The beginning of "everything": where a first run without `--since` lists from. */
export const beginningOfTime = '1970-01-01T00:00:00.000Z';

type JournalledWindow = EntryWindow & { readonly at: string };

/** What a lane's windows cover. */
export interface Coverage {
  /** Where the archive's first window began; undefined before there is one. */
  readonly origin: string | undefined;
  /** Up to here everything since the origin is covered. */
  readonly lowWaterMark: string | undefined;
  /** Uncovered periods between the low-water mark and the newest window. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
}

/** Joins the windows of a lane, given oldest first. The low-water mark never passes a gap. */
export function coverageOf(windows: readonly JournalledWindow[]): Coverage {
  const origin = windows[0]?.from;
  if (origin === undefined) return { origin: undefined, lowWaterMark: undefined, gaps: [] };
  const gaps: { from: string; to: string }[] = [];
  let reached = origin;
  for (const { from, to } of windows.toSorted((a, b) => compare(a.from, b.from))) {
    if (from > reached) gaps.push({ from: reached, to: from });
    if (to > reached) reached = to;
  }
  return { origin, lowWaterMark: gaps[0]?.from ?? reached, gaps };
}

/**
 * Where a run begins to list: `since` if it is given, else the low-water mark less the look-back, for rows that
 * become visible late. Once a day the look-back is seven days.
 */
export function listFrom(
  windows: readonly JournalledWindow[],
  options: { readonly since: string | undefined; readonly lookBackMs: number; readonly now: number },
): string {
  if (options.since !== undefined) return options.since;
  const { origin, lowWaterMark } = coverageOf(windows);
  if (origin === undefined || lowWaterMark === undefined) return beginningOfTime;
  const yesterday = new Date(options.now - 24 * hour).toISOString();
  const lookedDeep = windows.some((window) => window.at > yesterday && reachesDeep(window, origin));
  const lookBack = lookedDeep ? options.lookBackMs : Math.max(deepLookBack, options.lookBackMs);
  const from = new Date(Math.max(0, Date.parse(lowWaterMark) - lookBack)).toISOString();
  return from > origin ? from : origin;
}

/** True for a look at the last seven days; a longer period that ended long ago is none. */
function reachesDeep({ from, to, at }: JournalledWindow, origin: string): boolean {
  const isRecent = Date.parse(at) - Date.parse(to) < 24 * hour;
  return isRecent && (from <= origin || Date.parse(to) - Date.parse(from) >= deepLookBack);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

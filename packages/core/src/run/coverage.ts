import type { EntryWindow } from '../journal-entry.ts';

const hour = 3_600_000; // milliseconds
const deepLookBack = 7 * 24 * hour; // architecture: "Each run lists from the low-water mark less the look-back (2 h), once a day less 7 days"

/** The beginning of "everything": where a first run without `--since` lists from. */
export const beginningOfTime = '1970-01-01T00:00:00.000Z';

/** A window and when it was journalled, or held to be so. */
export type JournalledWindow = EntryWindow & { readonly at: string };

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

/**
 * The part of the windows, in any order, that lies after `since`: for a run that keeps polling from a time on, and must
 * not list the whole period in each pass. None when they leave a gap right there.
 */
export function windowsAfter(windows: readonly JournalledWindow[], since: string): JournalledWindow[] {
  const after = windows
    .filter(({ to }) => to > since)
    .map((window) => (window.from < since ? { ...window, from: since } : window))
    .toSorted((a, b) => compare(a.from, b.from));
  return after[0]?.from === since ? after : [];
}

/** Adds a window to those that wait for their entry; it grows together with one that it overlaps. */
export function holdWindow(held: readonly JournalledWindow[], window: JournalledWindow): JournalledWindow[] {
  const overlaps = (other: JournalledWindow): boolean =>
    other.lane === window.lane && other.from <= window.to && window.from <= other.to;
  const joined = held.filter(overlaps).reduce(
    (sum, { from, to }) => ({
      ...sum,
      from: from < sum.from ? from : sum.from,
      to: to > sum.to ? to : sum.to,
    }),
    window,
  );
  return [...held.filter((other) => !overlaps(other)), joined];
}

/** True for a look at the last seven days; a longer period that ended long ago is none. */
function reachesDeep({ from, to, at }: JournalledWindow, origin: string): boolean {
  const isRecent = Date.parse(at) - Date.parse(to) < 24 * hour;
  return isRecent && (from <= origin || Date.parse(to) - Date.parse(from) >= deepLookBack);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

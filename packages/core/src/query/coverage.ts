import type { Catalog } from '../catalog/catalog.ts';
import type { EntryWindow } from '../journal-entry.ts';
import { coverageOf } from '../run/coverage.ts';

const laneNames = ['update', 'start'] as const;

/** What an archive's windows cover, lane by lane. */
export interface ArchiveCoverage {
  /** Covered periods, joined where they touch or overlap, oldest first. */
  readonly windows: readonly EntryWindow[];
  /** Up to here everything since the origin is covered. */
  readonly lanes: readonly {
    readonly lane: EntryWindow['lane'];
    readonly origin: string;
    readonly low_water_mark: string;
  }[];
  /** Periods between covered ones that no run has covered. */
  readonly gaps: readonly EntryWindow[];
}

export function archiveCoverage(catalog: Catalog): ArchiveCoverage {
  const windows: EntryWindow[] = [];
  const lanes: ArchiveCoverage['lanes'][number][] = [];
  const gaps: EntryWindow[] = [];
  for (const lane of laneNames) {
    const journalled = catalog.windows(lane);
    const { origin, lowWaterMark, gaps: uncovered } = coverageOf(journalled);
    if (origin === undefined || lowWaterMark === undefined) continue;
    windows.push(...joinWindows(journalled));
    lanes.push({ lane, origin, low_water_mark: lowWaterMark });
    gaps.push(...uncovered.map(({ from, to }) => ({ lane, from, to })));
  }
  return { windows, lanes, gaps };
}

function joinWindows(windows: readonly EntryWindow[]): EntryWindow[] {
  const joined: { lane: EntryWindow['lane']; from: string; to: string }[] = [];
  for (const { lane, from, to } of windows.toSorted((a, b) =>
    a.from < b.from ? -1 : Number(a.from > b.from),
  )) {
    const last = joined.at(-1);
    if (!last || from > last.to) joined.push({ lane, from, to });
    else if (to > last.to) last.to = to;
  }
  return joined;
}

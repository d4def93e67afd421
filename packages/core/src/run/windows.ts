import type { Lane, ListWindow } from '@cxvault/plugin-api';

import { beginningOfTime, coverageOf, listFrom, type JournalledWindow } from './coverage.ts';
import type { RunOptions } from './options.ts';

const twoHours = 2 * 3_600_000; // milliseconds

/** From where on a lane is to be listed: from `since`, if it is given, else by the windows that are covered. */
export interface LaneStart {
  readonly windows: readonly JournalledWindow[];
  readonly since: string | undefined;
}

/** What of a run's options decides about its windows. */
export interface WindowOptions extends Pick<RunOptions, 'since' | 'until' | 'settlingLagMs' | 'lookBackMs'> {
  readonly source: Pick<RunOptions['source'], 'lanes' | 'reach' | 'now'>;
  readonly catalog: Pick<RunOptions['catalog'], 'windows'>;
  readonly clock: Pick<RunOptions['clock'], 'now'>;
}

/** A window to list, and whether its list alone is enough. */
export interface LaneWindow extends ListWindow {
  /** The lane does not reach back to the low-water mark: what changed before is found by listing everything again. */
  readonly outOfReach: boolean;
}

/**
 * The periods to list: up to the API's clock now, less the settling lag; never our clock, never the run's end. Whole
 * seconds: where update times are whole seconds, a later change within this second would seem to lie before its end.
 */
export function windowsToList(
  options: WindowOptions,
  warn: (message: string) => void,
  known: (lane: Lane) => LaneStart = (lane) => ({
    windows: options.catalog.windows(lane),
    since: options.since,
  }),
): LaneWindow[] {
  const { source, clock, until, settlingLagMs = 0, lookBackMs = twoHours } = options;
  const now = (source.now() ?? clock.now()) - settlingLagMs;
  const newest = new Date(now - (now % 1_000)).toISOString();
  const to = until !== undefined && until < newest ? until : newest;
  const windows = source.lanes.map((lane): LaneWindow => {
    const start = known(lane);
    const from = listFrom(start.windows, { since: start.since, lookBackMs, now: clock.now() });
    const { kept, listed } = source.reach?.[lane] ?? {};
    const begin = from === beginningOfTime && kept !== undefined ? before(now, kept) : from;
    const earliest = listed === undefined ? begin : before(now, listed);
    if (begin >= earliest) return { lane, from: begin, to, outOfReach: false };
    const mark = start.since === undefined ? coverageOf(start.windows).lowWaterMark : undefined;
    const outOfReach = mark !== undefined && mark < earliest;
    return { lane, from: outOfReach ? begin : earliest, to, outOfReach };
  });
  return relisted(windows, known, warn).filter(({ from }) => from < to);
}

/** With a lane that is out of reach, the lane `start` is listed from its origin. */
function relisted(
  windows: readonly LaneWindow[],
  known: (lane: Lane) => LaneStart,
  warn: (message: string) => void,
): readonly LaneWindow[] {
  const missed = windows.find(({ outOfReach }) => outOfReach);
  if (missed === undefined) return windows;
  const { origin } = coverageOf(known('start').windows);
  return windows.map((window) => {
    if (window.lane !== 'start' || origin === undefined || origin >= window.from) return window;
    warn(
      `the last look at changes ended longer ago (${missed.from}) than CXone lists them: ` +
        `all interactions since ${origin} are listed again by their start`,
    );
    return { ...window, from: origin };
  });
}

function before(now: number, ms: number): string {
  const at = now - ms;
  return new Date(at - (at % 1_000)).toISOString();
}

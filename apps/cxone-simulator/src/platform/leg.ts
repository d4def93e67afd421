import { unit } from '../hash.ts';
import { between } from '../range-setting.ts';
import { streams } from '../streams.ts';
import { contactId } from './contact-id.ts';
import type { Shape } from './contact-shape.ts';

const minute = 60_000; // ms

/** A contact row: one leg of a master contact. Times are milliseconds since 1970. */
export interface Leg {
  readonly id: bigint;
  /** The number of its master contact, and its own in it. */
  readonly index: number;
  readonly leg: number;
  readonly start: number;
  readonly end: number;
  /** From when on the list has it. */
  readonly shownAt: number;
}

/** What the times of legs hang on. */
export interface LegTimes {
  readonly seed: number;
  readonly visibleAfterMs: readonly [number, number];
}

/** The legs of a contact whose last one ended at this time, in the order of time. */
export function legsUntil(index: number, shape: Shape, closed: number, times: LegTimes): Leg[] {
  const legs: Leg[] = [];
  let end = closed;
  for (let leg = shape.legs - 1; leg >= 0; leg -= 1) {
    const start = end - (leg === 0 ? shape.durationMs : duration(times.seed, index, leg));
    legs.unshift(makeLeg(index, leg, shape.isLarge, start, end, times));
    end = start - shape.gapMs;
  }
  return legs;
}

/** A leg of these times; when it shows follows from the seed. */
export function makeLeg(
  index: number,
  leg: number,
  isLarge: boolean,
  start: number,
  end: number,
  { seed, visibleAfterMs }: LegTimes,
): Leg {
  const shownAt = end + between(visibleAfterMs, unit(seed, streams.legTimes, index, leg * 2 + 1));
  return { id: contactId(index, leg, isLarge), index, leg, start, end, shownAt };
}

function duration(seed: number, index: number, leg: number): number {
  return minute + Math.floor(unit(seed, streams.legTimes, index, leg * 2) * 20 * minute);
}

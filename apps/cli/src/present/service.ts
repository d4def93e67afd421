import { count, elapsed } from './layout.ts';

/** When a service looks again; `now` and `at` in milliseconds since 1970. */
export function presentWaiting(at: number, now: number, done?: ServiceCounts): string {
  const soFar =
    done === undefined ? '' : `; ${count(done.archived)} archived, ${count(done.failed)} failed so far`;
  return `waiting: next run at ${clockTime(at)} (in ${elapsed(Math.max(0, at - now))})${soFar}`;
}

/** What the run of a service came to until now. */
export interface ServiceCounts {
  readonly archived: number;
  readonly failed: number;
}

/** What went wrong, and when it is tried again. */
export function presentOutage(message: string, at: number, now: number): string {
  return `${message}; trying again at ${clockTime(at)} (in ${elapsed(Math.max(0, at - now))})`;
}

/** A time to the second, UTC. */
function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

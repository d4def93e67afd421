import { elapsed } from './layout.ts';

/** When a service looks again; `now` and `at` in milliseconds since 1970. */
export function presentWaiting(at: number, now: number): string {
  return `waiting: next run at ${clockTime(at)} (in ${elapsed(Math.max(0, at - now))})`;
}

/** What went wrong, and when it is tried again. */
export function presentOutage(message: string, at: number, now: number): string {
  return `${message}; trying again at ${clockTime(at)} (in ${elapsed(Math.max(0, at - now))})`;
}

/** A time to the second, UTC. */
function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

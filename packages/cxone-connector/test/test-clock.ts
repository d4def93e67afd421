import type { Clock } from '../src/index.ts';

/** A clock whose sleeps take no time but move it on, and are remembered. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #now: number;

  constructor(now: number = Date.parse('2026-03-01T00:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(new Error('aborted while asleep'));
    this.slept.push(ms);
    this.#now += ms;
    return Promise.resolve();
  }
}

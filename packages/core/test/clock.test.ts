import { describe, expect, it } from '@jest/globals';

import { systemClock } from '../src/clock.ts';

describe('systemClock', () => {
  it('sleeps at least as long as it was told', async () => {
    const start = performance.now();
    await systemClock.sleep(20);
    // timers may fire up to a millisecond early
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
    await systemClock.sleep(-5);
  });

  it('ends a sleep with the reason that the signal was aborted for', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
  });
});

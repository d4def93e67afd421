import { afterEach } from '@jest/globals';
import { startSimulator } from '@cxvault/cxone-simulator';
import type { Simulator, SimulatorOptions } from '@cxvault/cxone-simulator';
import { Visitor } from './visitor.ts';

const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A simulator that ends with the test, and a visitor with a token. */
export async function open(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; visitor: Visitor }> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return { simulator, visitor: await Visitor.loggedIn(simulator.url) };
}

/** For tests that let hours pass: tokens that outlast them. */
export const longLogin = { tokenSeconds: 1_000_000 };

/** A clock that stands still until it is moved. */
export function stoppedClock(time = Date.parse('2026-06-01T12:00:00.000Z')): {
  now: () => number;
  time: number;
} {
  const clock = { time, now: () => clock.time };
  return clock;
}

import { describe, expect, it } from '@jest/globals';

import { brokenPromises } from './model/expectations.ts';
import { Schedule } from './model/schedule.ts';

// CXVAULT_SCHEDULES and CXVAULT_SEED run more of them, or one again: the seed stands in a failure's message.
const schedules = Number(process.env['CXVAULT_SCHEDULES'] ?? 12);
const firstSeed = Number(process.env['CXVAULT_SEED'] ?? 20_261_123);

describe('the covering rules', () => {
  it.each(['punctual', 'late'] as const)(
    `lose nothing in ${String(schedules)} random schedules from seed ${String(firstSeed)} on: %s`,
    async (flavour) => {
      for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
        const problems = await problemsOf(new Schedule(seed, flavour));
        expect(problems.map((problem) => `seed ${String(seed)}: ${problem}`)).toEqual([]);
      }
    },
    3_600_000,
  );
});

async function problemsOf(schedule: Schedule): Promise<string[]> {
  await schedule.start();
  await schedule.busyDays();
  await schedule.quietTime();
  return brokenPromises(schedule);
}

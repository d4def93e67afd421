import { randomInt } from 'node:crypto';
import { setTimeout as realWait } from 'node:timers/promises';

import { describe, it } from '@jest/globals';

import { abortCases } from './cases/abort-cases.ts';
import { createCases } from './cases/create-cases.ts';
import { errorCases } from './cases/error-cases.ts';
import { keyCases } from './cases/key-cases.ts';
import { listCases } from './cases/list-cases.ts';
import { rangeCases } from './cases/range-cases.ts';
import { readWriteCases } from './cases/read-write-cases.ts';
import { retentionCases } from './cases/retention-cases.ts';
import { wholeOrNothingCases } from './cases/whole-or-nothing-cases.ts';
import { randomFrom } from './random-bytes.ts';
import type { CaseContext, StoreCase, SuiteOptions, Trait } from './store-under-test.ts';

/** Every promise of the contract, as the suite examines it. */
export const allCases: readonly StoreCase[] = [
  ...readWriteCases,
  ...rangeCases,
  ...wholeOrNothingCases,
  ...abortCases,
  ...createCases,
  ...listCases,
  ...keyCases,
  ...retentionCases,
  ...errorCases,
];

/**
 * Declares the conformance suite for one kind of store in the running Jest file. What is left out for lack of a
 * trait is printed with its reason, and so is the seed of everything random.
 */
export function describeStore(name: string, options: SuiteOptions): void {
  const seed = options.seed ?? randomInt(2 ** 31);
  const absent = options.absent ?? {};
  const leftOut = allCases.filter((each) => missingTrait(each, absent) !== undefined);
  console.info(summary(name, seed, leftOut, absent));
  describe(name, () => {
    for (const each of allCases) {
      if (leftOut.includes(each)) continue;
      it(each.name, () => runCase(each, options, seed), options.timeoutMs ?? 60_000);
    }
  });
}

/** Runs one case on a new store. Throws what its expectation throws. */
export async function runCase(each: StoreCase, options: SuiteOptions, seed: number): Promise<void> {
  const made = await options.make();
  const context: CaseContext = {
    store: made.store,
    unfinished: made.unfinished,
    disturbed: made.disturbed,
    another: made.another,
    has: (trait) => options.absent?.[trait] === undefined,
    random: randomFrom(seed),
    pageSize: options.pageSize ?? 1000,
    bigObjectBytes: options.bigObjectBytes ?? 100_000_000,
    severalPartsBytes: options.severalPartsBytes ?? 6_000_000,
    wait: options.wait ?? realWait,
    errors: options.errors ?? [],
  };
  try {
    await each.run(context);
  } finally {
    await made.another?.close();
    await made.disturbed?.close();
    await made.store.close();
    await made.close?.();
  }
}

function missingTrait(each: StoreCase, absent: SuiteOptions['absent'] & {}): Trait | undefined {
  return each.needs?.find((trait) => absent[trait] !== undefined);
}

function summary(
  name: string,
  seed: number,
  leftOut: readonly StoreCase[],
  absent: SuiteOptions['absent'] & {},
): string {
  const reasons = Object.entries(absent).map(([trait, reason]) => `  without ${trait}: ${reason}`);
  const cases = leftOut.map((each) => `  left out for that: ${each.name}`);
  return [`store suite "${name}": seed ${seed}`, ...reasons, ...cases].join('\n');
}

import type { SampleStatement } from './verify-report.ts';

/** The share of damaged objects that a sample's statement is made for. */
const assumedDamage = 0.01;

/** How many of `objects` a sample of `percent` draws: rounded up, so that a sample is never empty. */
export function sampleSize(objects: number, percent: number): number {
  return Math.min(objects, Math.max(1, Math.ceil((objects * percent) / 100)));
}

/**
 * What drawing `drawn` of `objects` without putting back proves: the chance that at least one of the damaged ones
 * is among them, if 1 % (at least one object) were damaged. The hypergeometric distribution at zero.
 */
export function sampleStatement(objects: number, drawn: number, percent: number): SampleStatement {
  const damaged = Math.max(1, Math.ceil(objects * assumedDamage));
  let missAll = 1;
  for (let taken = 0; taken < damaged; taken += 1) {
    missAll *= Math.max(0, objects - drawn - taken) / (objects - taken);
  }
  // rounded down: a sample must not claim more than it proves
  const confidence = objects === 0 ? 100 : Math.floor((1 - missAll) * 1000) / 10;
  return {
    percent,
    objects,
    drawn,
    confidence,
    statement: `if 1 % of the objects were damaged, this sample would have found one with ${confidence.toFixed(1)} %`,
  };
}

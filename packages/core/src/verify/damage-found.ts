import { kindNumbers } from '@cxvault/crypto-codec';

import type { DamageProblem } from '../damage.ts';

/** Thrown inside verify when an object is not what the journal says; ends up as one `Damage`. */
export class DamageFound extends Error {
  override readonly name = 'DamageFound';
  readonly problem: DamageProblem;
  /** The interactions it costs, where they are fewer than all that need the object. */
  readonly interactions: readonly string[] | undefined;

  constructor(problem: DamageProblem, detail: string, interactions?: readonly string[]) {
    super(detail);
    this.problem = problem;
    this.interactions = interactions;
  }
}

const kindNames = new Map<number, string>(
  Object.entries(kindNumbers).map(([name, number]) => [number, name]),
);

/** The word for a kind number of the journal. */
export function kindName(kind: number): string {
  return kindNames.get(kind) ?? `kind ${kind}`;
}

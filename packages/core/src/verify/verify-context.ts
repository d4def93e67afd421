import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { RingStates } from './check-rings.ts';
import type { Tally } from './tally.ts';
import type { VerifyPlan } from './verify-plan.ts';

/** What the parts of one verify share. */
export interface VerifyContext {
  readonly archive: Archive;
  /** Built from the journal by this verify itself. */
  readonly catalog: Catalog;
  readonly plan: VerifyPlan;
  readonly tally: Tally;
  readonly rings: RingStates;
  /** Objects at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
}

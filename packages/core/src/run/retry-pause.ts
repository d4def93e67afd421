import type { Catalog } from '../catalog/catalog.ts';
import type { OpenFailure } from '../catalog/rows.ts';

const minute = 60_000; // milliseconds
const longestPause = 60 * minute;

/** Whether an open failure is to be tried again now. */
export type FailureDue = (failure: Pick<OpenFailure, 'interaction_id' | 'updated_time'>) => boolean;

/** A run by itself tries every open failure. */
export const always: FailureDue = () => true;

/**
 * For a run that keeps polling: what failed is tried again after a minute, then two, four, … up to an hour. Each try
 * is journalled, and a failure that stays must not cost an entry in every pass.
 */
export function afterPause(catalog: Catalog, now: number): FailureDue {
  return ({ interaction_id, updated_time }) => {
    const tries = catalog.failedTries(interaction_id, updated_time);
    const last = tries.at(-1)?.at;
    if (last === undefined) return true;
    return now - Date.parse(last) >= Math.min(longestPause, minute * 2 ** Math.min(tries.length - 1, 10));
  };
}

import { CxvaultError } from '@cxvault/plugin-api';

/**
 * The ids that `--interaction` named. Throws `USAGE` for an empty one: an unset variable of a shell gives it, and a
 * journal would hold it as a failure.
 */
export function interactionIds(ids: readonly string[] | undefined): readonly string[] | undefined {
  if (!ids?.some((id) => id.trim() === '')) return ids;
  throw new CxvaultError('USAGE', '--interaction is empty', { hint: 'give the id of an interaction' });
}

import type { ObjectStore } from '@cxvault/plugin-api';
import { type CheckOutcome, failed, ok, warning } from './doctor-checks.ts';

/** Whether one lost password or one deleted folder would cost the archive. */
export async function checkKeys(store: ObjectStore): Promise<CheckOutcome[]> {
  try {
    let slots = 0;
    for await (const { key } of store.list('keys/slots/')) if (key.endsWith('.slot')) slots += 1;
    return [slotsOutcome(slots), copyUnknown];
  } catch (error) {
    return [failed('key slots', error)];
  }
}

function slotsOutcome(slots: number): CheckOutcome {
  if (slots > 1) return ok('key slots', `${slots} ways to unlock the archive`);
  return warning(
    'key slots',
    'only one way to unlock the archive: with that password or key file it would be lost',
    'add another one and keep it elsewhere: cxvault key add',
  );
}

// A copy lies where cxvault does not look, or it would be none.
const copyUnknown = warning(
  'key copy',
  'whoever deletes keys/ destroys the archive, and whether there is a copy elsewhere cannot be seen from here',
  'make one after each change of keys, and keep it apart: cxvault key export --out DIR',
);

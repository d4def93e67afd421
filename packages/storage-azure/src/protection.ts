import { CxvaultError } from '@cxvault/plugin-api';

import type { Found } from './azure-calls.ts';

const portal = 'Azure portal: Storage account > Containers > (the container) > (the blob) > Access policy';

const byDefault =
  'if nobody asked to retain it, take the default policy off the container: it locks lock files, too';

/** Why a blob can be neither removed nor replaced now, by the server's clock; undefined when it can. */
export function protectionOf(
  key: string,
  { legalHold, retention, now }: Pick<Found, 'legalHold' | 'retention' | 'now'>,
): CxvaultError | undefined {
  if (legalHold) return denied(key, 'a legal hold is on it', `clear it first, if you may: ${portal}`);
  if (retention === undefined || retention.until <= now) return undefined;
  const { mode, until } = retention;
  const lift = mode === 'compliance' ? '' : `, or lift it, if you may: ${portal}`;
  return denied(
    key,
    `it is retained until ${until.toISOString()} (${mode})`,
    `wait until then${lift}; ${byDefault}`,
  );
}

function denied(key: string, why: string, hint: string): CxvaultError {
  const message = `the object can be neither removed nor replaced: ${why}`;
  return new CxvaultError('STORE_DENIED', message, { context: { key }, hint });
}

import type { CapabilityCheck, CapabilityReport, CheckOptions } from '@cxvault/plugin-api';
import { RequestFailure } from '../http/request-failure.ts';
import { checkClock } from '../interactions/check.ts';
import { apiUrl } from '../interactions/paths.ts';
import { checkCapabilities, grant } from './capabilities.ts';
import { readCompletedPage } from './completed-page.ts';
import { refusesPeriod } from './completed-pages.ts';
import type { PlatformConnection } from './connection.ts';
import type { ContactRow } from './contact-row.ts';
import { listError } from './list-failures.ts';
import { Periods, type Period } from './periods.ts';
import { listPermission } from './permissions.ts';
import type { PlatformAddresses } from './tenant.ts';

const dayMs = 86_400_000;

/** Refusals that are findings; an outage is thrown. */
const refusals = ['SCOPE_MISSING', 'SOURCE_REFUSED', 'LOGIN_REFUSED'];

/**
 * Logs in, asks for one contact of the last day and compares the clocks; with `capabilities`, tries each API that may
 * be denied on its own. Throws `CxvaultError` for an outage.
 */
export async function platformCheck(
  connection: PlatformConnection,
  { markerField }: { readonly markerField: string },
  { capabilities = false, signal }: CheckOptions = {},
): Promise<CapabilityReport> {
  const { identity } = await connection.session.open(signal);
  const addresses = await connection.addresses(signal);
  const { contact, list } = await checkList(connection, addresses, signal);
  const clock = connection.apiClock.comparison();
  const checks: CapabilityCheck[] = [
    { name: 'login', state: 'ok', detail: `logged in to ${identity.tenant} at ${addresses.api.host}` },
    list,
    ...(capabilities ? await checkCapabilities(connection.client, addresses, contact, signal) : []),
    ...(capabilities ? [businessData(markerField)] : []),
    checkClock(clock),
  ];
  return { identity, checks, ...(clock && { clock }) };
}

async function checkList(
  { client, apiClock, clock }: PlatformConnection,
  { acd }: PlatformAddresses,
  signal: AbortSignal | undefined,
): Promise<{ contact: ContactRow | undefined; list: CapabilityCheck }> {
  const now = apiClock.now() ?? clock.now();
  const periods = new Periods(now - dayMs, now);
  for (;;) {
    const request = {
      family: 'acd',
      wholeSystem: true,
      method: 'GET',
      url: oneContactIn(periods.current, acd),
      ...(signal && { signal }),
    } as const;
    try {
      const page = await client.jsonOrNothing(request, readCompletedPage);
      return {
        contact: page?.rows[0],
        list: { name: 'list', state: 'ok', detail: 'completed contacts can be listed' },
      };
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      // a day may be more than this API lists at once
      if (refusesPeriod(error) && periods.halve()) continue;
      return { contact: undefined, list: refusedList(error, acd.host) };
    }
  }
}

function oneContactIn(period: Period | undefined, acd: URL): URL {
  const url = apiUrl(acd, '/contacts/completed');
  const [startDate = '', endDate = ''] = period
    ? [period.from, period.to].map((at) => new Date(at).toISOString())
    : [];
  url.search = new URLSearchParams({ startDate, endDate, top: '1' }).toString();
  return url;
}

function refusedList(failed: RequestFailure, host: string): CapabilityCheck {
  const error = listError(failed, host);
  if (!refusals.includes(error.code)) throw error;
  const hint = error.code === 'SCOPE_MISSING' ? grant(listPermission) : error.hint;
  return {
    name: 'list',
    state: 'missing',
    code: error.code,
    detail: `${error.message}${failed.detail === undefined ? '' : ` (${failed.detail})`}`,
    ...(hint !== undefined && { hint }),
  };
}

function businessData(field: string): CapabilityCheck {
  return {
    name: 'business-data',
    state: 'unknown',
    detail: `whether the field ${field} can be written shows with the first mark`,
    hint: `see that the business data field ${field} exists; ${grant('Search & Playback > APIs > Update Business Data')}`,
  };
}

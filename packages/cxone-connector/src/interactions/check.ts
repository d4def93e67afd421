import type { CapabilityCheck, CheckOptions } from '@cxvault/plugin-api';
import { isCxvaultError } from '@cxvault/plugin-api';
import type { InteractionQuery } from './query.ts';

/** What the `interactions` profile asks for (cxone-api.md, "Login"). */
export const neededScopes = ['interactions:read', 'recordings:read', 'customfields:write'] as const;

/** A difference of the clocks above this stops a run (architecture.md, "What has been covered"). */
const maxClockDifferenceMs = 300_000;

/** Compares what was granted with what is needed for what is wanted. */
export function checkScopes(
  granted: readonly string[] | undefined,
  { media = true, mark = true }: Pick<CheckOptions, 'media' | 'mark'>,
): CapabilityCheck {
  if (granted === undefined)
    return { name: 'scopes', state: 'unknown', detail: 'the login does not name its scopes' };
  const wanted = { 'interactions:read': true, 'recordings:read': media, 'customfields:write': mark };
  const needed = neededScopes.filter((scope) => wanted[scope]);
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return { name: 'scopes', state: 'ok', detail: `granted: ${needed.join(' ')}` };
  return {
    name: 'scopes',
    state: 'missing',
    detail: `not granted: ${missing.join(' ')}`,
    hint: `grant the client ${missing.join(' and ')} in CXone`,
  };
}

/** Asks for the first page. What a refusal means is a finding; an outage is thrown. */
export async function checkList(
  query: InteractionQuery,
  signal: AbortSignal | undefined,
): Promise<CapabilityCheck> {
  try {
    await query.page(undefined, signal);
    return { name: 'list', state: 'ok', detail: 'interactions can be listed' };
  } catch (error) {
    if (!isCxvaultError(error) || !['SCOPE_MISSING', 'SOURCE_REFUSED', 'LOGIN_REFUSED'].includes(error.code))
      throw error;
    return {
      name: 'list',
      state: 'missing',
      detail: error.message,
      code: error.code,
      ...(error.hint !== undefined && { hint: error.hint }),
    };
  }
}

/** Whether marks can be written shows only when one is. */
export function checkMarker(markerField: string | undefined): CapabilityCheck {
  if (markerField !== undefined) {
    return { name: 'marker', state: 'ok', detail: `marks go to the custom field ${markerField}` };
  }
  return {
    name: 'marker',
    state: 'missing',
    detail: 'no custom field is named, so nothing can be marked in CXone',
    hint: 'set CXONE_ARCHIVAL_FIELD_ID or cxone.markerField to the id of the field, or run with --no-mark',
  };
}

/** Compares the API's clock with ours. */
export function checkClock(
  clock: { readonly api: number; readonly ours: number } | undefined,
): CapabilityCheck {
  if (clock === undefined) return { name: 'clock', state: 'unknown', detail: 'the API sends no Date header' };
  const seconds = Math.round((clock.ours - clock.api) / 1000);
  const detail = `this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the API`;
  if (Math.abs(clock.ours - clock.api) <= maxClockDifferenceMs) return { name: 'clock', state: 'ok', detail };
  return { name: 'clock', state: 'missing', detail, hint: "set this machine's clock, for example by NTP" };
}

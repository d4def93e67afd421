import type { JsonValue, MarkOutcome } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { apiUrl } from '../interactions/paths.ts';
import type { PlatformAddresses } from './tenant.ts';

/** Which interaction is marked, and how. */
export interface PlatformMark {
  /** The master contact. */
  readonly interactionId: string;
  /** Whether it is a digital contact; undefined when that is not known: a mark that an earlier run left pending. */
  readonly digital: boolean | undefined;
  /** Numbers that the digital contact may have; none is marked after the first that there is. */
  readonly numbers: readonly string[];
  readonly field: string;
  readonly value: string;
}

/** Statuses after which a mark is not tried again (cxone-api.md, "Mark"). */
const refusedForGood = [400, 403];

/**
 * Writes the marker: as business data, which only contacts with recordings have, or as a custom field of a digital
 * contact. Writing the same twice changes nothing.
 */
export async function sendPlatformMark(
  client: ApiClient,
  addresses: PlatformAddresses,
  mark: PlatformMark,
  signal: AbortSignal | undefined,
): Promise<MarkOutcome> {
  const { digital } = mark;
  const requests = [
    ...(digital === true ? [] : [businessData(addresses, mark)]),
    ...(digital === false ? [] : mark.numbers.map((number) => customField(addresses, number, mark))),
  ];
  let outcome: MarkOutcome = 'nothing-to-mark';
  for (const request of requests) {
    outcome = await put(client, request, signal);
    if (outcome !== 'nothing-to-mark') break;
  }
  return outcome;
}

interface MarkRequest {
  readonly family: string;
  readonly url: URL;
  readonly json: JsonValue;
}

function businessData(
  { api }: PlatformAddresses,
  { interactionId, field, value }: PlatformMark,
): MarkRequest {
  const path = `/business-data-manager/v1/business-data/contact/${encodeURIComponent(interactionId)}`;
  return { family: 'business-data', url: apiUrl(api, path), json: [{ [field]: value }] };
}

function customField(
  { dfo }: PlatformAddresses,
  number: string,
  { field, value }: PlatformMark,
): MarkRequest {
  const url = apiUrl(dfo, `/contacts/${encodeURIComponent(number)}/custom-fields`);
  return { family: 'dfo', url, json: [{ ident: field, value }] };
}

async function put(
  client: ApiClient,
  request: MarkRequest,
  signal: AbortSignal | undefined,
): Promise<MarkOutcome> {
  try {
    await client.send({ ...request, method: 'PUT', ...(signal && { signal }) });
    return 'sent';
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    const { failure } = error;
    if (failure.status === 404) return 'nothing-to-mark';
    return { failed: { ...failure, permanent: refusedForGood.includes(failure.status ?? 0) } };
  }
}

import type { MarkOutcome, SourceFailure } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';

/** Statuses after which a mark is not tried again (cxone-api.md, "Mark"). */
const refusedForGood = [400, 403, 404];

/** What marks say when no field is configured. */
export const noMarkerField: SourceFailure = { reason: 'no-marker-field', permanent: true };

/** Writes the marker field of the interaction behind `url`. Writing the same twice changes nothing. */
export async function sendMark(
  client: ApiClient,
  url: URL,
  field: { readonly fieldId: string; readonly value: string },
  signal: AbortSignal | undefined,
): Promise<MarkOutcome> {
  const { fieldId, value } = field;
  try {
    await client.send({
      family: 'mark',
      method: 'PATCH',
      url,
      json: { fieldId, value },
      ...(signal && { signal }),
    });
    return 'sent';
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    const { failure } = error;
    return { failed: { ...failure, permanent: refusedForGood.includes(failure.status ?? 0) } };
  }
}

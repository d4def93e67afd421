import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { RequestFailure } from '../http/request-failure.ts';
import { isJsonObject } from '../json.ts';
import { askPart, contactPath, request, type PlatformCalls } from './calls.ts';
import type { LegQuestions } from './legs.ts';
import { readSingleContact } from './single-contact.ts';

/** A contact that is gone, or that the login may not see, is no leg of the archive's. */
const notGiven = [403, 404, 410];

/** Asks the ACD API about legs. Throws `RequestFailure` for what may pass. */
export function legQuestions(calls: PlatformCalls): LegQuestions {
  return {
    hierarchy: async (masterContactId, signal) => {
      const call = request(calls, 'acd', contactPath(masterContactId, '/hierarchy'), signal);
      const answer = await askPart(calls, 'hierarchy', () => calls.client.jsonOrNothing(call, hierarchyIn));
      return 'value' in answer ? answer.value : undefined;
    },
    contact: async (contactId, signal) => {
      const call = request(calls, 'acd', contactPath(contactId, ''), signal);
      try {
        return await calls.client.jsonOrNothing(call, readSingleContact);
      } catch (error) {
        if (error instanceof RequestFailure && notGiven.includes(error.failure.status ?? 0)) return undefined;
        throw error;
      }
    },
  };
}

/** Anything else is none: what it is worth is known from the lists, too. */
function hierarchyIn(json: JsonValue): JsonObject | undefined {
  return isJsonObject(json) ? json : undefined;
}

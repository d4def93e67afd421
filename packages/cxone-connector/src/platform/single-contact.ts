import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { isJsonObject } from '../json.ts';
import { field, truthOf } from './any-case.ts';
import { readContactRow, type ContactRow } from './contact-row.ts';

/** Fields that `contacts/{id}` has beside those of `contacts/completed`: they tell of now, not of the contact. */
const ofTheMoment = /^(isActive|isWarehoused|stateId|stateName|digitalContactState(Id|Name))$/i;

/**
 * Reads an answer to `contacts/{id}`, whose contact lies under the key `contactId`. Undefined for a contact that is
 * still active: it is listed when it is completed. Throws when the answer is none.
 */
export function readSingleContact(json: JsonValue): ContactRow | undefined {
  if (!isJsonObject(json)) throw new TypeError('the contact is no object');
  const inner = field(json, 'contactId', 'contact');
  const contact = isJsonObject(inner) ? inner : json;
  if (truthOf(field(contact, 'isActive')) === true) return undefined;
  return readContactRow(withoutMoment(contact));
}

function withoutMoment(contact: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(contact).filter(([name]) => !ofTheMoment.test(name)));
}

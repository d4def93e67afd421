import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { field } from './any-case.ts';
import type { PlatformCalls } from './calls.ts';
import type { ContactRow } from './contact-row.ts';
import { askDigitalContact, askDigitalMessages, digitalNumbers, otherDigitalNumbers } from './digital.ts';
import type { DigitalMessages } from './digital.ts';
import type { AbsentPart } from './parts.ts';

/** What was found of one digital contact. */
export interface DigitalContent {
  readonly contactNumber: string;
  readonly values: JsonObject;
  readonly absent: readonly AbsentPart[];
}

/** Fetches the digital contacts of these legs: by the master contact's number, and by the legs' where it has none. */
export async function fetchDigitalOf(
  legs: readonly ContactRow[],
  masterContactId: string,
  fetchOne: (contactNumber: string) => Promise<DigitalContent>,
): Promise<DigitalContent[]> {
  const contents = await Promise.all(digitalNumbers(legs, masterContactId).map(fetchOne));
  const missing = contents.find((one) => one.contactNumber === masterContactId && isMissing(one));
  if (missing === undefined) return contents;
  const others = await Promise.all(otherDigitalNumbers(legs, masterContactId).map(fetchOne));
  const found = others.filter((one) => !isMissing(one));
  return found.length === 0 ? contents : [...contents.filter((one) => one !== missing), ...found];
}

function isMissing({ values, absent }: DigitalContent): boolean {
  return Object.keys(values).length === 0 && absent.some(({ reason }) => reason === 'not-found');
}

/**
 * Fetches a digital contact and which messages it has. Their text belongs to the transcript.
 */
export async function fetchDigital(
  calls: PlatformCalls,
  contactNumber: string,
  signal: AbortSignal | undefined,
): Promise<DigitalContent> {
  const lacks = (reason: AbsentPart['reason']): AbsentPart[] => [
    { part: 'dfo', contactId: contactNumber, reason },
  ];
  const contact = await askDigitalContact(calls, contactNumber, signal);
  if ('absent' in contact && contact.absent === 'denied')
    return { contactNumber, values: {}, absent: lacks('denied') };
  const values: Record<string, JsonValue> = 'value' in contact ? { contact: contact.value } : {};
  const messages = await askDigitalMessages(calls, contactNumber, signal);
  if ('absent' in messages) return { contactNumber, values, absent: lacks(messages.absent) };
  calls.messages.keep(contactNumber, messages.value);
  values['messages'] = summary(messages.value);
  const { hits, messages: given } = messages.value;
  const isComplete = hits === undefined || given.length >= hits;
  return { contactNumber, values, absent: isComplete ? [] : lacks('incomplete') };
}

/** Enough to tell which attachments there are, and whether messages have come or gone. */
function summary({ hits, messages }: DigitalMessages): JsonObject {
  const short = messages.map((message): JsonObject => {
    const names = ['id', 'createdAt', 'attachments', 'contentRemoved'];
    return Object.fromEntries(
      names.flatMap((name): [string, JsonValue][] => {
        const value = field(message, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  });
  return { ...(hits !== undefined && { hits }), messages: short };
}

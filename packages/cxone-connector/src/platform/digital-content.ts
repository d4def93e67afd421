import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { field } from './any-case.ts';
import type { PlatformCalls } from './calls.ts';
import { askDigitalContact, askDigitalMessages } from './digital.ts';
import type { DigitalMessages } from './digital.ts';
import type { AbsentPart } from './parts.ts';

/** What was found of one digital contact. */
export interface DigitalContent {
  readonly contactNumber: string;
  readonly values: JsonObject;
  readonly absent: readonly AbsentPart[];
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

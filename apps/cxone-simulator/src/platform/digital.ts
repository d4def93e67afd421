import { iso } from '../clock.ts';
import { hash32 } from '../hash.ts';
import { streams } from '../streams.ts';
import type { Contacts } from './contacts.ts';
import { turns } from './conversation.ts';
import type { IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import type { Content, Contents } from './contents.ts';
import { mediaTypes } from './media-type.ts';

const shownText = 12; // characters of a message whose rest must be asked for
const removedReasons = ['GDPR', 'TTL'] as const;

/** A message of a digital contact, and what is special about it. */
export interface Message {
  readonly id: string;
  readonly leg: Leg;
  readonly number: number;
  readonly text: string;
  readonly time: string;
  readonly byAgent: boolean;
  /** Whether the list has only the beginning of its text. */
  readonly isLong: boolean;
  /** Why its content is gone; undefined when it is there. */
  readonly removed: string | undefined;
  readonly attachment: Content | undefined;
}

/** Digital (DFO) contacts and their messages. Their number is the id of the master contact. */
export class Digital {
  readonly #contacts: Contacts;
  readonly #contents: Contents;

  constructor(contacts: Contacts, contents: Contents) {
    this.#contacts = contacts;
    this.#contents = contents;
  }

  /** The number of the contact of this name, when it is a digital one. */
  find(contactNumber: string): number | undefined {
    const index = this.#contacts.find(contactNumber)?.index;
    if (index === undefined || this.#contacts.shapes.shape(index).mediaTypeId !== mediaTypes.digital)
      return undefined;
    return index;
  }

  /** `GET /dfo/3.0/contacts/{n}` */
  contact(index: number): IdObject {
    const [first] = this.#contacts.legs(index);
    const number = this.#contacts.idOf(index);
    return {
      id: number,
      contactId: number,
      customerContactId: number,
      interactionId: number,
      channelId: 'chat_7',
      direction: 'inbound',
      createdAt: iso(first?.start ?? 0),
      status: 'closed',
      threadId: `thread-${number}`,
      customFields: Object.entries(this.#contacts.fields(index)).map(([ident, value]) => ({ ident, value })),
      endUser: { id: `user-${number}`, firstName: 'Customer' },
      inboxAssigneeUser: { id: 7, incontactId: 'agent-7' },
    };
  }

  /** All messages of a contact so far, in the order of time: a conversation for each of its legs. */
  messages(index: number): Message[] {
    return this.#contacts.legs(index).flatMap((leg) => {
      const { seed } = this.#contacts.shapes;
      return turns(seed, leg).map((turn, number) => {
        const h = hash32(seed, streams.conversation, index, 4096 + leg.leg * 64 + number);
        const removed = h % 23 === 0 ? removedReasons[h & 1] : undefined;
        const hasAttachment = removed === undefined && (h >>> 8) % 6 === 0;
        return {
          ...turn,
          id: `m-${String(leg.id)}-${String(number)}`,
          leg,
          number,
          isLong: removed === undefined && (h >>> 16) % 7 === 0,
          removed,
          attachment: hasAttachment ? this.#contents.content('attachment', leg, number) : undefined,
        };
      });
    });
  }

  /** The message of an id, of whichever contact. */
  message(id: string): Message | undefined {
    const contact = /^m-(\d+)-\d+$/.exec(id)?.[1];
    const index = contact === undefined ? undefined : this.find(contact);
    return index === undefined ? undefined : this.messages(index).find((message) => message.id === id);
  }

  /** Whether an attachment lies with the API, where it needs the token; else it is signed, elsewhere. */
  isWithApi({ leg, number }: Content): boolean {
    return (leg.index + number) % 2 === 0;
  }

  /** A message as the API writes it; `whole`: as it is given singly. */
  document(message: Message, whole: boolean, url: (content: Content) => string): IdObject {
    const { attachment, removed, isLong, byAgent } = message;
    const cut = isLong && !whole;
    const text = removed === undefined ? (cut ? message.text.slice(0, shownText) : message.text) : '';
    return {
      id: message.id,
      direction: byAgent ? 'outbound' : 'inbound',
      createdAt: message.time,
      title: '',
      messageContent: { type: 'TEXT', payload: { text } },
      attachments: attachment === undefined ? [] : [{ friendlyName: 'scan.pdf', url: url(attachment) }],
      authorUser: byAgent ? { id: 7 } : null,
      recipients: [],
      channel: { id: 'chat_7' },
      tags: [],
      contactNumber: this.#contacts.idOf(message.leg.index),
      hasAdditionalMessageContent: cut,
      ...(removed === undefined ? {} : { contentRemoved: { reason: removed, removedAt: message.time } }),
    };
  }
}

import { iso } from '../clock.ts';
import { hash32, pick } from '../hash.ts';
import { sentences } from '../media-transcript.ts';
import { streams } from '../streams.ts';
import { businessUnitId } from './contact-row.ts';
import type { IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import type { Contents } from './contents.ts';

const mostTurns = 24; // of a conversation

/** One thing that was said. */
interface Turn {
  readonly text: string;
  readonly time: string;
  readonly byAgent: boolean;
}

/** What was said in a leg: always the same. */
export function turns(seed: number, leg: Leg): Turn[] {
  const draw = (n: number) => hash32(seed, streams.conversation, leg.index, leg.leg * 64 + n);
  const count = 1 + (draw(0) % mostTurns);
  return Array.from({ length: count }, (_, n) => ({
    text: pick(sentences, draw(n + 1)),
    time: iso(Math.floor(leg.start + ((leg.end - leg.start) * n) / count)),
    byAgent: n % 2 === 1,
  }));
}

/** `historical-chat-transcript` of a leg. */
export function chatTranscript(seed: number, leg: Leg): IdObject {
  const transcript = turns(seed, leg).map(({ text, time, byAgent }) => ({
    Text: text,
    TimeStamp: time,
    PartyType: byAgent ? 'Agent' : 'Client',
    Label: byAgent ? 'Agent 7' : 'Customer',
  }));
  return { transcript: { cloudState: 'Closed', transcript } };
}

/** The e-mails of a leg; its files hang on the first. */
export function emailTranscript(seed: number, leg: Leg, contents: Contents): IdObject {
  const files = contents.files(leg);
  const emails = turns(seed, leg)
    .slice(0, 4)
    .map(({ text, time, byAgent }, n) => ({
      emailTypeId: byAgent ? 2 : 1,
      sentDate: time,
      fromAddress: byAgent ? 'help@tenant.example' : 'customer@example.com',
      toAddress: byAgent ? 'customer@example.com' : 'help@tenant.example',
      ccAddress: '',
      bccAddress: '',
      subject: `Re: order ${String(leg.index)}`,
      rawFileName: `email-${String(leg.leg)}-${String(n)}.eml`,
      bodyHtml: `<p>${text}</p>`,
      hasAttachments: n === 0 && files.length > 0,
      attachments: n === 0 ? files.map((file) => ({ fileName: contents.fileName(file) })) : [],
    }));
  return { emails };
}

/** A part of a transcript that was asked for. */
export interface SmsPage {
  readonly skip: number;
  readonly top: number;
  /** Where the page with this `skip` is. */
  readonly link: (skip: number) => string;
}

const wholeTranscript: SmsPage = { skip: 0, top: mostTurns, link: () => '' };

/** A page of {@link smsMessages}, with the addresses of the others. */
export function smsTranscripts(seed: number, leg: Leg, page = wholeTranscript): IdObject {
  const { skip, top, link } = page;
  const next = skip + top < turns(seed, leg).length ? link(skip + top) : '';
  return { _links: { self: link(skip), next, previous: '' }, ...smsMessages(seed, leg, page) };
}

/** The messages of a page; without one, all of them. */
export function smsMessages(seed: number, leg: Leg, { skip, top } = wholeTranscript): IdObject {
  const all = turns(seed, leg);
  return {
    businessUnitId,
    totalRecords: all.length,
    smsTranscripts: all.slice(skip, skip + top).map(({ text, time, byAgent }) => ({
      messageStart: time,
      messageBody: text,
      from: byAgent ? '+18005550100' : '+15551234567',
    })),
  };
}

import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { isJsonObject, objectsOf } from '../json.ts';
import { field, numberOf } from './any-case.ts';
import { askPart, contactPath, objectIn, request } from './calls.ts';
import type { PartAnswer, PlatformCalls } from './calls.ts';
import { askDigitalMessages, wholeMessage } from './digital.ts';

export type TranscriptKind = 'chat' | 'email' | 'sms' | 'messages';

/** A transcript as one document. */
export interface Transcript {
  readonly json: JsonObject;
  /** As it came, where it came as one answer. */
  readonly text?: string;
}

/** A server that goes round in circles is left. */
const mostPages = 10_000;

/** Reads a whole transcript; `id` is the contact's, or the digital contact's number. */
export function readTranscript(
  calls: PlatformCalls,
  kind: TranscriptKind,
  id: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer<Transcript>> {
  const ask = (path: string): Promise<Transcript | undefined> =>
    calls.client.jsonOrNothing(request(calls, 'acd', contactPath(id, path), signal), transcriptIn);
  switch (kind) {
    case 'chat':
      return askPart(calls, 'chat-transcript', () => ask('/historical-chat-transcript'));
    case 'email':
      return askPart(calls, 'email-transcript', () => ask('/email-transcript?includeAttachments=true'));
    case 'sms':
      return askPart(calls, 'sms-transcripts', () => readPages(ask));
    case 'messages':
      return readMessages(calls, id, signal);
  }
}

/** Follows the pages of an SMS transcript; without a `next`, as long as there are fewer than `totalRecords`. */
async function readPages(
  ask: (path: string) => Promise<Transcript | undefined>,
): Promise<Transcript | undefined> {
  const first = await ask('/sms-transcripts');
  if (first === undefined) return undefined;
  const all = messagesIn(first.json);
  let query = nextQuery(first.json, all.length);
  if (query === undefined) return first;
  for (let n = 1; query !== undefined && n < mostPages; n += 1) {
    const page = await ask(`/sms-transcripts${query}`);
    const rows = page === undefined ? [] : messagesIn(page.json);
    all.push(...rows);
    query = page === undefined || rows.length === 0 ? undefined : nextQuery(page.json, all.length);
  }
  return { json: asOnePage(first.json, all) };
}

/** The first page with the messages of all; the addresses of pages mean nothing any more. */
function asOnePage(first: JsonObject, all: JsonObject[]): JsonObject {
  const members = Object.entries(first).map(([name, value]): [string, JsonValue] => {
    if (/^smstranscripts$/i.test(name)) return [name, all];
    if (!/^_links$/i.test(name) || !isJsonObject(value)) return [name, value];
    return [name, Object.fromEntries(Object.keys(value).map((link) => [link, '']))];
  });
  return Object.fromEntries(members);
}

function messagesIn(page: JsonObject): JsonObject[] {
  return objectsOf(field(page, 'smsTranscripts'));
}

/** Only the query of `next` is taken: the bearer goes to no address that an answer names. */
function nextQuery(page: JsonObject, read: number): string | undefined {
  const links = field(page, '_links');
  const next = isJsonObject(links) ? field(links, 'next') : undefined;
  if (typeof next === 'string' && next.trim() !== '')
    return URL.parse(next.trim(), 'https://relative.invalid')?.search;
  return read < (numberOf(field(page, 'totalRecords')) ?? 0) ? `?skip=${String(read)}` : undefined;
}

/** As the API lists them, each message whole. */
async function readMessages(
  calls: PlatformCalls,
  contactNumber: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer<Transcript>> {
  const known = calls.messages.take(contactNumber);
  const answer = known ? { value: known } : await askDigitalMessages(calls, contactNumber, signal);
  if ('absent' in answer) return answer;
  const { hits, messages } = answer.value;
  const data: JsonObject[] = [];
  for (const message of messages) data.push(await wholeMessage(calls, message, signal));
  return { value: { json: { ...(hits !== undefined && { hits }), data } } };
}

function transcriptIn(json: JsonValue, _headers: unknown, text: string): Transcript {
  return { json: objectIn(json), text };
}

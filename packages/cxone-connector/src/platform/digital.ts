import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { RequestFailure } from '../http/request-failure.ts';
import { isJsonObject, objectsOf } from '../json.ts';
import { field, idText, numberOf, truthOf } from './any-case.ts';
import { askPart, contactPath, objectIn, request } from './calls.ts';
import type { PartAnswer, PlatformCalls } from './calls.ts';
import { isDigital } from './contact-row.ts';
import type { ContactRow } from './contact-row.ts';

/** All messages of a digital contact. */
export interface DigitalMessages {
  /** How many the API says there are. */
  readonly hits: number | undefined;
  readonly messages: readonly JsonObject[];
}

interface Page extends DigitalMessages {
  readonly scrollToken: string | undefined;
  /** Query of the `Link` header's `next`. */
  readonly link: string | undefined;
}

/** No conversation has so many pages; a server that goes round in circles is left. */
const mostPages = 10_000;

/**
 * The digital (DFO) contacts behind the digital legs; where no row names one, those that were found under the legs'
 * numbers, else the master contact's.
 */
export function digitalNumbers(
  legs: readonly ContactRow[],
  masterContactId: string,
  found: JsonObject = {},
): string[] {
  const digital = legs.filter(isDigital);
  const named = digital.flatMap((leg) => numberNamed(leg) ?? []);
  if (named.length === digital.length) return [...new Set(named)];
  const byLeg = otherDigitalNumbers(legs, masterContactId).filter((number) => number in found);
  const byMaster = byLeg.length === 0 || masterContactId in found ? [masterContactId] : [];
  return [...new Set([...named, ...byMaster, ...byLeg])];
}

/** Where else the digital contacts may be: no document tells whether CXone numbers them by master contact or by leg. */
export function otherDigitalNumbers(legs: readonly ContactRow[], masterContactId: string): string[] {
  const ids = legs.filter((leg) => isDigital(leg) && numberNamed(leg) === undefined);
  return ids.map(({ contactId }) => contactId).filter((id) => id !== masterContactId);
}

function numberNamed({ json }: ContactRow): string | undefined {
  return idText(field(json, 'digitalContactNumber', 'contactNumber', 'caseId'));
}

export function askDigitalContact(
  calls: PlatformCalls,
  contactNumber: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer> {
  const call = request(calls, 'dfo', contactPath(contactNumber, ''), signal);
  return askPart(calls, 'dfo', () => calls.client.jsonOrNothing(call, (json) => json));
}

export function askDigitalMessages(
  calls: PlatformCalls,
  contactNumber: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer<DigitalMessages>> {
  return askPart(calls, 'dfo', () => readAll(calls, contactNumber, signal));
}

/**
 * The message as it is given singly, where the list has only its beginning; the list's own when it has gone
 * meanwhile or may not be read singly.
 */
export async function wholeMessage(
  calls: PlatformCalls,
  message: JsonObject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const id = idText(field(message, 'id'));
  if (truthOf(field(message, 'hasAdditionalMessageContent')) !== true || id === undefined) return message;
  const call = request(calls, 'dfo', `/messages/${encodeURIComponent(id)}`, signal);
  try {
    return (await calls.client.jsonOrNothing(call, objectIn)) ?? message;
  } catch (error) {
    if (error instanceof RequestFailure && error.failure.permanent) return message;
    throw error;
  }
}

/** Where an attachment is. */
export function attachmentUrl(attachment: JsonObject): string | undefined {
  return idText(field(attachment, 'securedPermanentUrl', 'url'));
}

/** A fresh address of the nth attachment of a message; undefined when it has none any more. */
export async function freshAttachmentUrl(
  calls: PlatformCalls,
  { messageId, n }: { readonly messageId: string; readonly n: number },
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const call = request(calls, 'dfo', `/messages/${encodeURIComponent(messageId)}`, signal);
  const message = (await calls.client.jsonOrNothing(call, objectIn)) ?? {};
  const attachment = objectsOf(field(message, 'attachments'))[n];
  return attachment && attachmentUrl(attachment);
}

/** How pages go on is not documented: whichever way the API offers is taken, until it shows nothing new. */
async function readAll(
  { client, ...calls }: PlatformCalls,
  contactNumber: string,
  signal: AbortSignal | undefined,
): Promise<DigitalMessages | undefined> {
  const path = contactPath(contactNumber, '/messages');
  const messages = new Map<string, JsonObject>();
  let hits: number | undefined;
  let query: string | undefined = '';
  for (let n = 1; query !== undefined && n <= mostPages; n += 1) {
    const call = request({ client, ...calls }, 'dfo', path + query, signal);
    const page: Page | undefined = await client.jsonOrNothing(call, (json, headers) =>
      readPage(json, headers.get('link')),
    );
    if (page === undefined && n === 1) return undefined;
    const before = messages.size;
    for (const message of page?.messages ?? [])
      messages.set(idText(field(message, 'id')) ?? JSON.stringify(message), message);
    hits ??= page?.hits;
    query = page && messages.size > before ? nextQuery(page, messages.size < (hits ?? 0), n) : undefined;
  }
  return { hits, messages: [...messages.values()] };
}

function nextQuery({ link, scrollToken }: Page, more: boolean, n: number): string | undefined {
  if (link !== undefined) return link;
  if (scrollToken !== undefined) return `?${new URLSearchParams({ scrollToken }).toString()}`;
  return more ? `?page=${String(n + 1)}` : undefined;
}

function readPage(json: JsonValue, link: string | null): Page {
  const data = Array.isArray(json) ? json : isJsonObject(json) ? field(json, 'data') : undefined;
  if (!Array.isArray(data)) throw new TypeError('the answer has no messages');
  const rest = isJsonObject(json) ? json : {};
  return {
    hits: numberOf(field(rest, 'hits')),
    messages: data.filter(isJsonObject),
    scrollToken: idText(field(rest, 'scrollToken')),
    link: linkQuery(link),
  };
}

/** Only the query is taken: the bearer goes to no address that an answer names. */
function linkQuery(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  const search = target === undefined ? '' : (URL.parse(target, 'https://relative.invalid')?.search ?? '');
  return search === '' ? undefined : search;
}

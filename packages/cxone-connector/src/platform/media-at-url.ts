import type { MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { announcedSize, bodyChunks } from '../http/body.ts';
import type { Answer } from '../http/exchange.ts';
import { isAllowedUrl } from '../http/origin-guard.ts';
import { invalidResponse } from '../http/request-failure.ts';
import { isPlausibleMedium } from '../interactions/media-type.ts';
import { mediumBody, refusedAddress } from '../medium-outcome.ts';
import type { PlatformCalls } from './calls.ts';
import { contentTypeOf, headBytes, isErrorPage } from './content-type.ts';
import { peek } from './peek.ts';

/** A medium whose address is a web address, or relative to the digital API. */
export type Located = SourceMedium & { readonly url: string };

/** Opens a recording. The address holds all that is needed: no bearer goes there, whoever's origin it is. */
export function openRecordingAt(
  calls: PlatformCalls,
  medium: Located,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  return open(calls, medium, { family: 'media', isRecording: true }, signal);
}

/** Opens an attachment: with the API, where the client adds the bearer, or signed elsewhere. */
export function openAttachmentAt(
  calls: PlatformCalls,
  medium: Located,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const { api, dfo } = calls.addresses;
  const isWithApi = [api.origin, dfo.origin].includes(urlIn(calls, medium).origin);
  return open(calls, medium, { family: isWithApi ? 'dfo' : 'media', isRecording: false }, signal);
}

async function open(
  calls: PlatformCalls,
  medium: Located,
  way: { readonly family: string; readonly isRecording: boolean },
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const { client, allowPlainHttp } = calls;
  const url = urlIn(calls, medium);
  if (!isAllowedUrl(url, allowPlainHttp)) throw refusedAddress();
  const limits = signal === undefined ? {} : { signal };
  const call = { family: way.family, method: 'GET', url, leftOrigin: way.isRecording, ...limits } as const;
  const response = await client.open(call, (candidate) => {
    if (candidate.status !== 200 || !isPlausibleMedium(candidate, medium)) throw invalidResponse(candidate);
  });
  const chunks = bodyChunks(response, { idleMs: client.idleMs, ...limits });
  const sound = way.isRecording ? withoutErrorPage(chunks, response) : chunks;
  const { head, body } = await peek(sound, headBytes);
  return {
    body: mediumBody(body, medium),
    contentType: (await contentTypeOf(head)) ?? response.headers.get('content-type') ?? undefined,
    size: announcedSize(response),
  };
}

function urlIn({ addresses }: PlatformCalls, { url: address }: Located): URL {
  const url = URL.parse(address, addresses.dfo.href.replace(/\/?$/, '/'));
  if (url === null) throw refusedAddress();
  return url;
}

/** A page that says what went wrong comes as a failed transfer, which is begun again. */
async function* withoutErrorPage(
  chunks: AsyncIterable<Uint8Array>,
  response: Answer,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && isErrorPage(Buffer.from(chunk))) throw invalidResponse(response);
    isFirst = false;
    yield chunk;
  }
}

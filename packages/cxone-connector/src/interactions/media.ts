import type { MediaAnswer, SourceInteraction, SourceMedium, Unavailable } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { announcedSize, bodyChunks } from '../http/body.ts';
import { isAllowedUrl } from '../http/origin-guard.ts';
import { invalidResponse } from '../http/request-failure.ts';
import {
  absentOrThrow,
  failureOf,
  mediumBody,
  mediumError,
  refusedAddress,
  withoutAddress,
} from '../medium-outcome.ts';
import { isPlausibleMedium } from './media-type.ts';

/** What opening media needs. */
export interface MediaSurroundings {
  readonly client: ApiClient;
  readonly apiBase: URL;
  readonly allowPlainHttp: boolean;
  /** Fetches the details again, for a fresh address. */
  readonly refetch: (
    interactionId: string,
    signal: AbortSignal | undefined,
  ) => Promise<SourceInteraction | Unavailable>;
}

/** Statuses that an expired signature gives, besides those of something that is gone. */
const expiredStatuses = [401, 403, 404, 410];

/** Opens one medium; see `InteractionSource.openMedia`. */
export async function openMedium(
  surroundings: MediaSurroundings,
  interactionId: string,
  medium: SourceMedium,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const { url } = medium;
  if (url === undefined) return withoutAddress;
  try {
    return await request(surroundings, medium, url, signal);
  } catch (error) {
    const failure = failureOf(error);
    if (!expiredStatuses.includes(failure.status ?? 0)) throw mediumError(failure, interactionId, medium);
  }
  const fresh = await surroundings.refetch(interactionId, signal);
  if ('unavailable' in fresh) return absentOrThrow(fresh.unavailable, interactionId, medium);
  const address = fresh.media.find(({ mediaId }) => mediaId === medium.mediaId)?.url;
  if (address === undefined) return withoutAddress;
  try {
    return await request(surroundings, medium, address, signal);
  } catch (error) {
    return absentOrThrow(failureOf(error), interactionId, medium);
  }
}

async function request(
  { client, apiBase, allowPlainHttp }: MediaSurroundings,
  medium: SourceMedium,
  address: string,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const url = URL.parse(address, apiBase.href.replace(/\/?$/, '/'));
  if (url === null || !isAllowedUrl(url, allowPlainHttp)) {
    throw refusedAddress();
  }
  const limits = signal === undefined ? {} : { signal };
  const response = await client.open({ family: 'media', method: 'GET', url, ...limits }, (candidate) => {
    if (candidate.status !== 200 || !isPlausibleMedium(candidate, medium)) throw invalidResponse(candidate);
  });
  return {
    body: mediumBody(bodyChunks(response, { idleMs: client.idleMs, ...limits }), medium),
    contentType: response.headers.get('content-type') ?? undefined,
    size: announcedSize(response),
  };
}

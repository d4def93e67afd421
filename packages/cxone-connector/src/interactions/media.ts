import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type {
  MediaAnswer,
  SourceFailure,
  SourceInteraction,
  SourceMedium,
  Unavailable,
} from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { announcedSize, bodyChunks } from '../http/body.ts';
import { isAllowedUrl } from '../http/origin-guard.ts';
import { invalidResponse, RequestFailure } from '../http/request-failure.ts';
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

const withoutAddress: MediaAnswer = {
  absent: 'not-found',
  failure: { reason: 'not-found', permanent: true },
};

async function request(
  { client, apiBase, allowPlainHttp }: MediaSurroundings,
  medium: SourceMedium,
  address: string,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const url = URL.parse(address, apiBase.href.replace(/\/?$/, '/'));
  if (url === null || !isAllowedUrl(url, allowPlainHttp)) {
    throw new RequestFailure(addressRefused, { transient: false });
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

/** A broken body is an error of this medium; the caller opens it again. */
async function* mediumBody(
  chunks: AsyncIterable<Uint8Array>,
  medium: SourceMedium,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    throw mediumError(error.failure, undefined, medium);
  }
}

const addressRefused: SourceFailure = { reason: 'address-refused', permanent: false };

/** Passes on what concerns the whole system; a redirect to an address that is refused concerns this medium. */
function failureOf(error: unknown): SourceFailure {
  if (error instanceof RequestFailure) return error.failure;
  if (isCxvaultError(error) && error.code === 'SOURCE_REFUSED') return addressRefused;
  throw error;
}

/** Only what is gone, or denied at a fresh address, is absent; all else may come back. */
function absentOrThrow(failure: SourceFailure, interactionId: string, medium: SourceMedium): MediaAnswer {
  const { status } = failure;
  if (status === 404 || status === 410) return { absent: 'not-found', failure };
  if (status === 403) return { absent: 'denied', failure };
  throw mediumError(failure, interactionId, medium);
}

function mediumError(
  { reason, status, requestId }: SourceFailure,
  interactionId: string | undefined,
  { mediaId }: SourceMedium,
): CxvaultError {
  return new CxvaultError('SOURCE_UNREACHABLE', 'a medium could not be fetched', {
    context: { interactionId, mediaId, reason, status, requestId },
    hint:
      reason === 'address-refused'
        ? 'its address is plain http or no web address; cxone.allowPlainHttp allows plain http'
        : 'it is tried again by the next run',
  });
}

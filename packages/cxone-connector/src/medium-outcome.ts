import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { MediaAnswer, SourceFailure, SourceMedium } from '@cxvault/plugin-api';
import { RequestFailure } from './http/request-failure.ts';

/** What a medium without an address comes to. */
export const withoutAddress: MediaAnswer = {
  absent: 'not-found',
  failure: { reason: 'not-found', permanent: true },
};

/** A medium's bytes; a broken body is an error of this medium, and the caller opens it again. */
export async function* mediumBody(
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

/** The address is plain http, or no web address at all. */
export function refusedAddress(): RequestFailure {
  return new RequestFailure(addressRefused, { transient: false });
}

/** Passes on what concerns the whole system; a redirect to an address that is refused concerns this medium. */
export function failureOf(error: unknown): SourceFailure {
  if (error instanceof RequestFailure) return error.failure;
  if (isCxvaultError(error) && error.code === 'SOURCE_REFUSED') return addressRefused;
  throw error;
}

/** Only what is gone, or denied at a fresh address, is absent; all else may come back. */
export function absentOrThrow(
  failure: SourceFailure,
  interactionId: string,
  medium: SourceMedium,
): MediaAnswer {
  const { status } = failure;
  if (status === 404 || status === 410) return { absent: 'not-found', failure };
  if (status === 403) return { absent: 'denied', failure };
  throw mediumError(failure, interactionId, medium);
}

export function mediumError(
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

import { isDeepStrictEqual } from 'node:util';
import type { MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { absentOrThrow, failureOf, withoutAddress } from '../medium-outcome.ts';
import { withoutSignedUrls } from '../signed-urls.ts';
import type { PlatformCalls } from './calls.ts';
import { freshAttachmentUrl } from './digital.ts';
import { readAddress } from './media-address.ts';
import { openAttachmentAt, openRecordingAt } from './media-at-url.ts';
import type { Located } from './media-at-url.ts';
import { openFile } from './media-in-files.ts';
import type { AbsenceReason } from './parts.ts';
import type { RefetchPlayback } from './playback-refresh.ts';
import { readTranscript } from './transcripts.ts';
import type { TranscriptKind } from './transcripts.ts';

/** Statuses with which stores of objects answer an expired or missing signature, besides those of what is gone. */
const expiredStatuses = [400, 401, 403, 404, 409, 410];

/** Opens one medium; see `InteractionSource.openMedia`. */
export async function openPlatformMedium(
  calls: PlatformCalls,
  interactionId: string,
  medium: SourceMedium,
  refetchPlayback: RefetchPlayback,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  if (medium.url === undefined) return withoutAddress;
  const address = readAddress(medium.url);
  try {
    switch (address.kind) {
      case 'denied':
        return absent('denied');
      case 'recording':
        return await openRecording(
          calls,
          interactionId,
          { ...medium, url: address.url },
          refetchPlayback,
          signal,
        );
      case 'attachment':
        return await openAttachment(calls, medium, address, signal);
      case 'file': {
        const answer = await openFile(calls, medium, address.id, signal);
        return 'absent' in answer ? absent(answer.absent) : answer.value;
      }
      case 'chat':
      case 'email':
      case 'sms':
      case 'messages':
        return await openTranscript(calls, address.kind, address.id, signal);
    }
  } catch (error) {
    return absentOrThrow(failureOf(error), interactionId, medium);
  }
}

/**
 * A signed address is short-lived: when it does not work, another is asked for, until one that was given for this very
 * question does not work either. One that was given for another medium may have expired while that was stored.
 */
async function openRecording(
  calls: PlatformCalls,
  interactionId: string,
  medium: Located,
  refetchPlayback: RefetchPlayback,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  let { url } = medium;
  for (let isFresh = false; ;) {
    try {
      return await openRecordingAt(calls, { ...medium, url }, signal);
    } catch (error) {
      if (isFresh || !expiredStatuses.includes(failureOf(error).status ?? 0)) throw error;
    }
    const other = await refetchPlayback(interactionId, { mediaId: medium.mediaId, url }, signal);
    if ('absent' in other) return absent(other.absent);
    ({ url, isFresh } = other);
  }
}

/** An attachment that is signed elsewhere may have expired, too; its message names a fresh address. */
async function openAttachment(
  calls: PlatformCalls,
  medium: SourceMedium,
  { url, messageId, n }: { readonly url: string; readonly messageId: string; readonly n: number },
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  try {
    return await openAttachmentAt(calls, { ...medium, url }, signal);
  } catch (error) {
    if (!expiredStatuses.includes(failureOf(error).status ?? 0)) throw error;
  }
  const fresh = await freshAttachmentUrl(calls, { messageId, n }, signal);
  return fresh === undefined ? withoutAddress : openAttachmentAt(calls, { ...medium, url: fresh }, signal);
}

/** As JSON, to the byte as it came; but without what would make a URL in it usable. */
async function openTranscript(
  calls: PlatformCalls,
  kind: TranscriptKind,
  id: string,
  signal: AbortSignal | undefined,
): Promise<MediaAnswer> {
  const answer = await readTranscript(calls, kind, id, signal);
  if ('absent' in answer) return absent(answer.absent);
  const { json, text } = answer.value;
  const clean = withoutSignedUrls(json);
  const bytes = Buffer.from(
    text !== undefined && isDeepStrictEqual(clean, json) ? text : JSON.stringify(clean),
  );
  return { body: oneChunk(bytes), contentType: 'application/json', size: bytes.length };
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function absent(reason: AbsenceReason): MediaAnswer {
  const code = reason === 'denied' ? 'denied' : 'not-found';
  return { absent: code, failure: { reason: code, permanent: true } };
}

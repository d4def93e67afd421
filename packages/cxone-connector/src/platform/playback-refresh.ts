import { askPlayback } from './playback.ts';
import type { PlatformCalls } from './calls.ts';
import type { AbsenceReason } from './parts.ts';
import { recordingsIn } from './recordings.ts';

/** Another address, or why there is none. `isFresh`: it was asked for just now; else it is one that is remembered. */
export type OtherAddress =
  { readonly url: string; readonly isFresh: boolean } | { readonly absent: AbsenceReason };

/**
 * Gives another address of a recording, after the one that was tried had expired. Throws `RequestFailure` where
 * playback fails.
 */
export type RefetchPlayback = (
  masterContactId: string,
  medium: { readonly mediaId: string; readonly url: string },
  signal: AbortSignal | undefined,
) => Promise<OtherAddress>;

/** Answers that are remembered: those of the interactions under way. */
const remembered = 64;

/**
 * Asks playback again, once for all recordings of an interaction whose addresses have expired together: it is the
 * budget that a whole tenant waits for.
 */
export function playbackRefresh(calls: PlatformCalls): RefetchPlayback {
  const answers = new Map<string, Promise<ReadonlyMap<string, string | undefined> | AbsenceReason>>();
  const ask = (
    masterContactId: string,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string | undefined> | AbsenceReason> => {
    const answer = freshAddresses(calls, masterContactId, signal);
    answers.delete(masterContactId);
    answers.set(masterContactId, answer);
    const [oldest] = answers.keys();
    if (answers.size > remembered && oldest !== undefined) answers.delete(oldest);
    return answer;
  };
  return async (masterContactId, { mediaId, url }, signal) => {
    const known = await answers.get(masterContactId)?.catch(() => undefined);
    const other = known === undefined || typeof known === 'string' ? undefined : known.get(mediaId);
    if (other !== undefined && other !== url) return { url: other, isFresh: false };
    const answer = await ask(masterContactId, signal);
    if (typeof answer === 'string') return { absent: answer };
    const fresh = answer.get(mediaId);
    return fresh === undefined ? { absent: 'not-found' } : { url: fresh, isFresh: true };
  };
}

async function freshAddresses(
  calls: PlatformCalls,
  masterContactId: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string | undefined> | AbsenceReason> {
  const answer = await askPlayback(calls, masterContactId, signal);
  if ('absent' in answer) return answer.absent;
  return new Map(recordingsIn(answer.value).map(({ medium: { mediaId, url } }) => [mediaId, url]));
}

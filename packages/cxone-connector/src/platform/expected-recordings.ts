import type { SourceMedium } from '@cxvault/plugin-api';
import { addressText } from './media-address.ts';
import { isVoice } from './contact-row.ts';
import type { ContactRow } from './contact-row.ts';
import type { AbsenceReason } from './parts.ts';
import { singleRecordingId } from './recordings.ts';
import type { Recording } from './recordings.ts';

/**
 * Recordings that should be there and are not: as media without an address they are named in the record, and core
 * asks for them again later. `recordings`: what playback shows, or showed before it was purged.
 */
export function missingRecordings(
  legs: readonly ContactRow[],
  recordings: readonly Recording[],
  absent: AbsenceReason | undefined,
): SourceMedium[] {
  const maybe = legs.filter(({ isLogged }) => isLogged !== false);
  if (absent === 'denied' && recordings.length === 0)
    return maybe.length === 0 ? [] : [expected(singleRecordingId, addressText({ kind: 'denied' }))];
  const voice = maybe.filter(isVoice);
  if (recordings.length === 0) return voice.length === 0 ? [] : [expected(singleRecordingId)];
  return voice
    .filter((leg) => leg.isLogged === true && !recordings.some((recording) => overlaps(leg, recording)))
    .map(({ contactId }) => expected(`recording-${contactId}`));
}

/** Where a time is not known, it is taken to be covered: nothing says that something is missing. */
function overlaps({ startTime, endTime }: ContactRow, { from, to }: Recording): boolean {
  const [start, end] = [Date.parse(startTime ?? ''), Date.parse(endTime ?? '')];
  if ([start, end, from, to].some(Number.isNaN)) return true;
  return (start < to && from < end) || (start === from && end === to);
}

function expected(mediaId: string, url?: string): SourceMedium {
  const nothing = {
    durationMs: undefined,
    format: undefined,
    playbackUrl: undefined,
    createdTime: undefined,
  };
  return { mediaId, type: 'call-recording', url, ...nothing };
}

import type { JsonObject, SourceMedium } from '@cxvault/plugin-api';
import { isJsonObject, objectsOf } from '../json.ts';
import { bareUrl } from '../signed-urls.ts';
import { normaliseTime } from '../times.ts';
import { field, idText } from './any-case.ts';
import { numbered } from './numbered.ts';
import { playbackInteractions, playbackRedirect } from './playback.ts';

/** A recording of a playback answer, and the time that it covers; milliseconds since 1970, NaN where unknown. */
export interface Recording {
  readonly medium: SourceMedium;
  readonly from: number;
  readonly to: number;
}

/** The id of the only recording, and of one that is expected but not there. */
export const singleRecordingId = 'recording';

/**
 * All recordings that a playback answer speaks of, in order of time; those without an address are not ready yet.
 * Chat and e-mail content that is part of the answer itself is no medium.
 */
export function recordingsIn(playback: JsonObject): Recording[] {
  const interactions = playbackInteractions(playback);
  if (interactions !== undefined)
    return numbered(interactions.flatMap(readRecording).sort(inOrder), ({ medium }) => medium.mediaId).map(
      ([recording, mediaId]) => ({ ...recording, medium: { ...recording.medium, mediaId } }),
    );
  const url = playbackRedirect(playback);
  const medium = { mediaId: singleRecordingId, type: 'call-recording', ...described(url) };
  return [{ medium: { ...medium, durationMs: undefined, createdTime: undefined }, from: NaN, to: NaN }];
}

function readRecording(interaction: JsonObject): Recording[] {
  const inner = field(interaction, 'data');
  const data = isJsonObject(inner) ? inner : {};
  const kind = idText(field(interaction, 'mediaType')) ?? '';
  const address = idText(field(data, 'fileToPlayUrl')) ?? idText(field(interaction, 'fileToPlayUrl'));
  if (address === undefined && !/voice|screen/i.test(kind)) return [];
  const createdTime = timeIn('startTime', interaction, data);
  const [from, to] = [createdTime, timeIn('endTime', interaction, data)].map((time) =>
    Date.parse(time ?? ''),
  );
  const durationMs = (to ?? NaN) - (from ?? NaN);
  return [
    {
      medium: {
        mediaId:
          segmentIn(data) ??
          `${createdTime ?? 'recording'}-${kind === '' ? 'recording' : kind.toLowerCase()}`,
        type: typeOf(kind),
        durationMs: durationMs >= 0 ? durationMs : undefined,
        createdTime,
        ...described(address),
      },
      from: from ?? NaN,
      to: to ?? NaN,
    },
  ];
}

function described(url: string | undefined): Pick<SourceMedium, 'format' | 'url' | 'playbackUrl'> {
  // the format is told by the first bytes alone
  return { format: undefined, url, playbackUrl: url === undefined ? undefined : bareUrl(url) };
}

/** The earliest segment names the recording, in whatever order they are listed. */
function segmentIn(data: JsonObject): string | undefined {
  const segments = objectsOf(field(data, 'segmentsDataList')).map((segment) => {
    return { id: idText(field(segment, 'segmentId')), from: timeIn('startTime', segment) ?? '' };
  });
  const keyOf = ({ id = '', from }: (typeof segments)[number]): string => `${from}\n${id}`;
  return segments.filter(({ id }) => id !== undefined).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))[0]?.id;
}

function timeIn(name: string, ...places: readonly JsonObject[]): string | undefined {
  for (const place of places) {
    const time = normaliseTime(field(place, name));
    if (time !== undefined) return time;
  }
  return undefined;
}

/** CXone's media types of playback (cxone-shapes.md, 3.1) in our words. */
function typeOf(kind: string): string {
  const hasScreen = /screen/i.test(kind);
  if (/voice/i.test(kind)) return hasScreen ? 'call-and-screen-recording' : 'call-recording';
  return hasScreen ? 'screen-recording' : 'recording';
}

/** The same whatever the order of the answer, so that repeated ids get the same numbers. */
function inOrder(a: Recording, b: Recording): number {
  const keyOf = ({ medium, to }: Recording): string =>
    [medium.createdTime, to, medium.type, medium.mediaId, medium.playbackUrl].join('\n');
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

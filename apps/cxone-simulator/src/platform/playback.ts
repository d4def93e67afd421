import { iso } from '../clock.ts';
import { guid, hash32 } from '../hash.ts';
import { streams } from '../streams.ts';
import type { Contacts } from './contacts.ts';
import type { IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import type { Content, Contents } from './contents.ts';

/** A recording as playback shows it now. */
export interface Playable {
  readonly content: Content;
  /** Whether it has an address; without, it is not ready yet. */
  readonly ready: boolean;
}

/** What playback knows of a contact. */
export class Playback {
  readonly #contacts: Contacts;
  readonly #contents: Contents;
  readonly #seed: number;

  constructor(contacts: Contacts, contents: Contents) {
    this.#contacts = contacts;
    this.#contents = contents;
    this.#seed = contacts.shapes.seed;
  }

  /** The recordings that a contact shows now; none: 404. */
  playable(index: number): Playable[] {
    if (this.#contacts.purgedAt(index) !== undefined) return [];
    const { lateRecording } = this.#contacts.shapes.shape(index);
    const now = this.#contacts.clock.now();
    return this.#contacts.legs(index).flatMap((leg) => {
      const ready = this.#contacts.readyAt(leg) <= now;
      if (!ready && lateRecording === 'missing') return [];
      return this.#contents.recordings(leg).map((content) => ({ content, ready }));
    });
  }

  /** The answer; `url` gives the signed address of a recording. */
  document(index: number, playable: readonly Playable[], url: (content: Content) => string): IdObject {
    const h = hash32(this.#seed, streams.playbackForm, index);
    const interactions = playable.map((one) => this.#interaction(index, one, url));
    return {
      contactId: guid(h, streams.playbackForm),
      acdcontactId: this.#contacts.idOf(index),
      elevatedInteraction: false,
      [h % 5 === 0 ? 'Interactions' : 'interactions']: interactions,
    };
  }

  #interaction(index: number, { content, ready }: Playable, url: (content: Content) => string): IdObject {
    const { leg, number } = content;
    const h = hash32(this.#seed, streams.playbackForm, index, leg.leg * 8 + number + 1);
    const times = { startTime: iso(leg.start), endTime: iso(leg.end) };
    const fields = Object.entries(this.#contacts.fields(index));
    return {
      '@type': 'call',
      mediaType: number > 0 || h % 3 === 0 ? 'voice-and-screen' : 'voice-only',
      channelType: 'PHONE_CALL',
      ...times,
      callTaggingList: [],
      dynamicBusinessData: fields.map(([id, value]) => ({ id, value })),
      data: {
        ...times,
        acwEndTime: iso(leg.end + 20_000),
        ...(ready ? { fileToPlayUrl: url(content) } : {}),
        participantDataList: [
          {
            participantType: 'AGENT',
            agentName: `No. ${String(h % 500)}`,
            userId: guid(h, streams.playbackForm),
            channel: 1,
          },
          { participantType: 'CUSTOMER', participantId: guid(h + 1, streams.playbackForm), channel: 0 },
        ],
        segmentsDataList: segments(leg, h),
        sentiments: [],
      },
    };
  }
}

function segments(leg: Leg, h: number): IdObject[] {
  const count = 1 + (h % 3);
  const length = (leg.end - leg.start) / count;
  return Array.from({ length: count }, (_, n) => ({
    segmentId: guid(h + n, streams.playbackForm),
    startTime: iso(Math.floor(leg.start + n * length)),
    endTime: iso(Math.floor(leg.start + (n + 1) * length)),
    openReasonType: n === 0 ? 'CONTACT' : 'TRANSFER',
    closeReasonType: n === count - 1 ? 'HANGUP' : 'TRANSFER',
    directionType: 'INBOUND',
    firstSegment: n === 0,
    channelType: 'PHONE_CALL',
    customerRestricted: false,
  }));
}

import { createHash } from 'node:crypto';
import { iso } from '../clock.ts';
import { countedAs } from '../refusals.ts';
import type { Availability } from '../refusals.ts';
import type { RowOptions, Teller, TruthTotals } from '../truth.ts';
import { chatTranscript, emailTranscript, smsMessages } from './conversation.ts';
import type { Content } from './contents.ts';
import type { IdJson, IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import { isRecorded, mediaTypes } from './media-type.ts';
import type { PlatformWorld } from './platform-world.ts';

/** Why a medium cannot be had now. `late`: not yet; `purged`: not any more. */
export type MediumState = Availability | 'late' | 'purged';

/** A medium that a perfect archive would hold. */
export interface PlatformTruthMedium {
  /** As `/__stats` names it. */
  readonly id: string;
  readonly kind:
    | 'recording'
    | 'file'
    | 'attachment'
    | 'chat-transcript'
    | 'email-transcript'
    | 'sms-transcripts'
    | 'messages';
  /** The leg that it belongs to; that of messages is the first. */
  readonly contactId: string;
  readonly available: MediumState;
  /** Of transcripts: of the JSON text that the API sends; of SMS without `_links`, as all pages together have it. */
  readonly bytes: number;
  readonly sha256?: string;
  /** Of transcripts and messages: what the API gives, long messages whole, addresses without their query. */
  readonly value?: IdJson;
}

/** A master contact as it is now. */
export interface PlatformTruthRow {
  /** The master contact's id. */
  readonly id: string;
  readonly mediaTypeId: number;
  /** Whether the list has any of its legs now. */
  readonly visible: boolean;
  readonly available: Availability;
  /** Legs that have ended; ISO 8601 UTC. */
  readonly legs: readonly {
    readonly id: string;
    readonly start: string;
    readonly end: string;
    readonly lastUpdateTime: string;
    readonly visible: boolean;
  }[];
  readonly media: readonly PlatformTruthMedium[];
  /** The value of the first marker field; absent when it has none. */
  readonly marked?: string;
  /** Whether it can be marked: it has recordings now, or is digital. */
  readonly markable: boolean;
  /** When a leg, what its rows say or its media changed last, ISO 8601 UTC. */
  readonly contentChanged: string;
}

/** Everything that a perfect archive would hold now, in numbers. */
export interface PlatformTruth extends TruthTotals {
  readonly legs: number;
  /** Contacts that the list does not show. */
  readonly hidden: number;
  /** The media of `given`, by kind and by state; `bytes` are those that can be had now. */
  readonly media: {
    readonly total: number;
    readonly kinds: Readonly<Record<string, number>>;
    readonly states: Readonly<Record<string, number>>;
    readonly bytes: number;
  };
}

/** Tells what is true, from the same functions that the APIs answer from, but past every fault that passes. */
export class PlatformTruthTeller implements Teller {
  readonly #world: PlatformWorld;

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  summary(): PlatformTruth {
    const sum = { total: 0, given: 0, denied: 0, notFound: 0, marked: 0, legs: 0, hidden: 0 };
    const kinds: Record<string, number> = {};
    const states: Record<string, number> = {};
    let [total, bytes] = [0, 0];
    for (const row of this.rows({ hidden: true })) {
      if (!row.visible) {
        sum.hidden += 1;
        continue;
      }
      sum.total += 1;
      sum[countedAs(row.available)] += 1;
      sum.legs += row.legs.filter(({ visible }) => visible).length;
      if (row.marked !== undefined) sum.marked += 1;
      for (const medium of row.available === true ? row.media : []) {
        const state = medium.available === true ? 'given' : medium.available;
        kinds[medium.kind] = (kinds[medium.kind] ?? 0) + 1;
        states[state] = (states[state] ?? 0) + 1;
        total += 1;
        if (medium.available === true) bytes += medium.bytes;
      }
    }
    const { tenantId, clock } = this.#world;
    const media = { total, kinds, states, bytes };
    return { tenantId, at: iso(clock.now()), ...sum, media };
  }

  /** One row per master contact, newest of the start first; with `hidden` also those that the list does not show. */
  *rows(options: RowOptions = {}): Generator<PlatformTruthRow> {
    const { contacts } = this.#world;
    for (let index = 0; index < contacts.total; index += 1) {
      if (contacts.legs(index).length === 0) continue;
      const visible = contacts.legs(index).some((leg) => contacts.isShown(leg));
      if (visible || options.hidden === true) yield this.#row(index, visible, options);
    }
  }

  #row(index: number, visible: boolean, options: RowOptions): PlatformTruthRow {
    const { contacts, playback, settings } = this.#world;
    const { mediaTypeId } = contacts.shapes.shape(index);
    const legs = contacts.legs(index);
    const [markerField = ''] = settings.markerFields;
    const absence = contacts.absence(index);
    return {
      id: contacts.idOf(index),
      mediaTypeId,
      visible,
      available: absence === 'deleted' ? 'not-found' : this.#world.refusals.interaction(index),
      legs: legs.map((leg) => ({
        id: String(leg.id),
        start: iso(leg.start),
        end: iso(leg.end),
        lastUpdateTime: iso(contacts.lastUpdate(leg)),
        visible: contacts.isShown(leg),
      })),
      media: [
        ...legs.flatMap((leg) => this.#mediaOf(leg, options)),
        ...(mediaTypeId === mediaTypes.digital ? this.#digital(index, options) : []),
      ],
      marked: contacts.fields(index)[markerField],
      markable:
        mediaTypeId === mediaTypes.digital ||
        (isRecorded(mediaTypeId) && playback.playable(index).length > 0),
      contentChanged: iso(contacts.contentChanged(index)),
    };
  }

  /** The bytes of a leg, and its transcript. */
  #mediaOf(leg: Leg, options: RowOptions): PlatformTruthMedium[] {
    const { contents } = this.#world;
    const kept = [...contents.recordings(leg), ...contents.files(leg)];
    const transcript = this.#transcript(leg, options);
    const bytes = kept.map((one) => this.#bytes(one, options));
    return transcript === undefined ? bytes : [...bytes, transcript];
  }

  #transcript(leg: Leg, options: RowOptions): PlatformTruthMedium | undefined {
    const { contents, contacts, seed } = this.#world;
    const { mediaTypeId } = contacts.shapes.shape(leg.index);
    const { email, chat, sms } = mediaTypes;
    if (mediaTypeId === email)
      return json('email-transcript', leg, emailTranscript(seed, leg, contents), options);
    if (mediaTypeId === chat) return json('chat-transcript', leg, chatTranscript(seed, leg), options);
    if (mediaTypeId === sms) return json('sms-transcripts', leg, smsMessages(seed, leg), options);
    return undefined;
  }

  /** The messages of a digital contact, and what hangs on them. */
  #digital(index: number, options: RowOptions): PlatformTruthMedium[] {
    const { digital, contacts } = this.#world;
    const [first] = contacts.legs(index);
    if (first === undefined) return [];
    const messages = digital.messages(index);
    const url = (content: Content) => this.#world.attachmentUrl(content).replace(/\?.*/, '');
    const data = messages.map((message) => digital.document(message, true, url));
    const attachments = messages.flatMap(({ attachment }) => (attachment === undefined ? [] : [attachment]));
    return [
      json('messages', first, { hits: data.length, data }, options),
      ...attachments.map((one) => this.#bytes(one, options)),
    ];
  }

  #bytes(content: Content, { hashes }: RowOptions): PlatformTruthMedium {
    const { id, kind, leg, medium } = content;
    const sha256 = hashes === true ? this.#world.bodies.sha256(medium) : undefined;
    return {
      id,
      kind,
      contactId: String(leg.id),
      available: this.#state(content),
      bytes: medium.bytes,
      ...(sha256 === undefined ? {} : { sha256 }),
    };
  }

  /** Whether a content can be had now, and why not. */
  #state(content: Content): MediumState {
    const { contacts, clock } = this.#world;
    if (content.kind === 'recording') {
      if (contacts.purgedAt(content.leg.index) !== undefined) return 'purged';
      if (contacts.readyAt(content.leg) > clock.now()) return 'late';
    }
    return this.#world.refusals.medium(content.medium);
  }
}

/** A medium that is no bytes of its own: what the API says as JSON. */
function json(
  kind: PlatformTruthMedium['kind'],
  leg: Leg,
  value: IdObject,
  { hashes, values }: RowOptions,
): PlatformTruthMedium {
  const text = Buffer.from(JSON.stringify(value), 'utf8');
  const contactId = String(leg.id);
  return {
    id: `${kind}:${contactId}`,
    kind,
    contactId,
    available: true,
    bytes: text.length,
    ...(hashes === true ? { sha256: createHash('sha256').update(text).digest('hex') } : {}),
    ...(values === true ? { value } : {}),
  };
}

import { hash32, unit } from '../hash.ts';
import type { Medium } from '../media-plan.ts';
import { wavSize } from '../media-wav.ts';
import { between } from '../range-setting.ts';
import { streams } from '../streams.ts';
import type { Contacts } from './contacts.ts';
import type { Leg } from './leg.ts';
import { isRecorded, mediaTypes } from './media-type.ts';

const smallFile = [200, 20_000] as const; // bytes; of files that are not big ones
/** What numbers media of a contact: its leg, what it is, and which. */
const kinds = { recording: 0, file: 1, attachment: 2 } as const;
type ContentKind = keyof typeof kinds;
const kindStep = 64; // so many of one kind in a leg at most
const legStep = 4 * kindStep;

/**
 * What a contact holds in bytes: a recording, a file, or an attachment of a digital message. Its `medium` says which
 * bytes.
 */
export interface Content {
  readonly kind: ContentKind;
  readonly leg: Leg;
  /** Which of this kind in its leg. */
  readonly number: number;
  /** As the truth and the statistics name it. */
  readonly id: string;
  readonly medium: Medium;
}

/** Plans what contacts carry in bytes, from the seed and their shapes. */
export class Contents {
  readonly #contacts: Contacts;
  readonly #bytes: readonly [number, number];

  /** @param bytes the sizes of recordings */
  constructor(contacts: Contacts, bytes: readonly [number, number]) {
    this.#contacts = contacts;
    this.#bytes = bytes;
  }

  /** The recordings that a leg has once they are ready; whether they still are there is not asked. */
  recordings(leg: Leg): Content[] {
    const { mediaTypeId, isLogged } = this.#contacts.shape(leg.index);
    if (!isRecorded(mediaTypeId) || !isLogged) return [];
    const more = mediaTypeId === mediaTypes.call && this.#hash(streams.recordingCount, leg) % 4 === 0;
    return this.#numbered('recording', leg, more ? 2 : 1);
  }

  /** The files of a leg: what hangs on e-mails and work items. */
  files(leg: Leg): Content[] {
    const { mediaTypeId, bigFile } = this.#contacts.shape(leg.index);
    if (bigFile && leg.leg === 0) return this.#numbered('file', leg, 1);
    const most = mediaTypeId === mediaTypes.email ? 3 : mediaTypeId === mediaTypes.workItem ? 2 : 1;
    return this.#numbered('file', leg, this.#hash(streams.fileCount, leg) % most);
  }

  /** The content of this number, whether or not its leg has so many. */
  content(kind: ContentKind, leg: Leg, number: number): Content {
    const id = `${kind}:${String(leg.id)}.${String(number)}`;
    const ordinal = leg.leg * legStep + kinds[kind] * kindStep + number;
    return { kind, leg, number, id, medium: this.#medium(kind, leg, ordinal, id) };
  }

  /** The content of an id, if its leg exists; undefined for anything else. */
  find(id: string): Content | undefined {
    const [, kind, contact, number] = /^(recording|file|attachment):(\d+)\.(\d{1,2})$/.exec(id) ?? [];
    const leg = contact === undefined ? undefined : this.#contacts.find(contact);
    if (leg === undefined || !isKind(kind)) return undefined;
    return this.content(kind, leg, Number(number));
  }

  /** The name by which `/files?fileName=` gives a file. */
  fileName({ leg, number }: Content): string {
    return `contacts/${this.#contacts.idOf(leg.index)}/${String(leg.id)}-${String(number)}.pdf`;
  }

  /** The file of a name, if its leg has it. */
  fileOf(name: string): Content | undefined {
    const [, contact = '', number = ''] = /^contacts\/\d+\/(\d+)-(\d{1,2})\.pdf$/.exec(name) ?? [];
    const leg = this.#contacts.find(contact);
    return leg === undefined ? undefined : this.files(leg)[Number(number)];
  }

  #numbered(kind: ContentKind, leg: Leg, count: number): Content[] {
    return Array.from({ length: count }, (_, number) => this.content(kind, leg, number));
  }

  #medium(kind: ContentKind, leg: Leg, ordinal: number, id: string): Medium {
    const { index } = leg;
    if (kind !== 'recording') {
      const bytes = this.#fileBytes(kind, leg, ordinal);
      const contentType = 'application/pdf';
      return { id, index, ordinal, type: 'screen', format: 'mp4', contentType, bytes, durationMs: 0 };
    }
    const share = unit(this.#contacts.shapes.seed, streams.recordingBytes, index, ordinal);
    const size = between(this.#bytes, share);
    const contentType = 'video/mp4'; // whatever it is
    if (!this.#isWav(leg)) {
      const durationMs = leg.end - leg.start;
      return { id, index, ordinal, type: 'screen', format: 'mp4', contentType, bytes: size, durationMs };
    }
    return { id, index, ordinal, type: 'recording', format: 'wav', contentType, ...wavSize(size) };
  }

  #isWav(leg: Leg): boolean {
    const { mediaTypeId } = this.#contacts.shapes.shape(leg.index);
    return mediaTypeId === mediaTypes.voiceMail || this.#hash(streams.recordingKind, leg) % 8 === 0;
  }

  #fileBytes(kind: ContentKind, leg: Leg, ordinal: number): number {
    const { shapes } = this.#contacts;
    const isBig = kind === 'file' && leg.leg === 0 && shapes.shape(leg.index).bigFile;
    return isBig
      ? shapes.bigFileBytes
      : between(smallFile, unit(shapes.seed, streams.fileBytes, leg.index, ordinal));
  }

  #hash(stream: number, leg: Leg): number {
    return hash32(this.#contacts.shapes.seed, stream, leg.index, leg.leg);
  }
}

function isKind(text: string | undefined): text is ContentKind {
  return text !== undefined && text in kinds;
}

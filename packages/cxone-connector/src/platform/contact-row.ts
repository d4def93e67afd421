import type { JsonObject } from '@cxvault/plugin-api';
import { isPathId } from '../interactions/paths.ts';
import { normaliseTime } from '../times.ts';
import { field, idText, numberOf, truthOf } from './any-case.ts';

/** A contact, one leg of a master contact, as `contacts/completed` and `contacts/{id}` give it. Times are ISO 8601 UTC. */
export interface ContactRow {
  readonly contactId: string;
  /** The contact itself where the row names no master. */
  readonly masterContactId: string;
  readonly startTime: string | undefined;
  /** Start and total duration; undefined where either is missing. */
  readonly endTime: string | undefined;
  readonly updatedTime: string | undefined;
  /** See {@link mediaTypes}. */
  readonly mediaTypeId: number | undefined;
  /** Whether it was recorded, as far as the row tells. */
  readonly isLogged: boolean | undefined;
  /** As the API gave it. */
  readonly json: JsonObject;
}

/** CXone's media types (cxone-api.md, "List") in the words of a record's `type`. */
export const mediaTypes: Readonly<Record<number, string>> = {
  1: 'email',
  3: 'chat',
  4: 'phone',
  5: 'voicemail',
  6: 'work-item',
  7: 'sms',
  8: 'social',
  9: 'digital',
};

export function isDigital({ mediaTypeId }: ContactRow): boolean {
  return mediaTypeId === 9;
}

/** Phone and voicemail: contacts that are recorded. */
export function isVoice({ mediaTypeId }: ContactRow): boolean {
  return mediaTypeId === 4 || mediaTypeId === 5;
}

/** Reads a row. Throws when it has no id that can be asked for. */
export function readContactRow(json: JsonObject): ContactRow {
  const contactId = idText(field(json, 'contactId'));
  if (contactId === undefined || !isPathId(contactId)) throw new TypeError('a contact has no usable id');
  const masterContactId = idText(field(json, 'masterContactId'));
  const startTime = normaliseTime(field(json, 'contactStartDate', 'contactStart'));
  const seconds = numberOf(field(json, 'totalDurationSeconds'));
  return {
    contactId,
    masterContactId:
      masterContactId === undefined || masterContactId === '0' || !isPathId(masterContactId)
        ? contactId
        : masterContactId,
    startTime,
    endTime:
      startTime === undefined || seconds === undefined || seconds < 0
        ? undefined
        : normaliseTime(Date.parse(startTime) + seconds * 1000),
    updatedTime: normaliseTime(field(json, 'lastUpdateTime')),
    mediaTypeId: numberOf(field(json, 'mediaTypeId', 'mediaType')),
    isLogged: truthOf(field(json, 'isLogged')),
    json,
  };
}

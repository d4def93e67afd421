import type { Answer } from '../answer.ts';
import { bisect } from '../bisect.ts';
import { iso } from '../clock.ts';
import type { Refuse } from '../site.ts';
import { idJson } from './id-json.ts';
import { businessUnitId, contactRow, onlyFields, withOldNames } from './contact-row.ts';
import type { Contacts } from './contacts.ts';
import { noContent } from './errors.ts';
import type { Leg } from './leg.ts';
import { readQuery } from './list-query.ts';
import type { ListQuery } from './list-query.ts';
import type { PlatformSettings } from './settings.ts';

const newNamesSince = 25; // version of the API

/** `GET …/contacts/completed`: the rows that the list has now. */
export class CompletedList {
  readonly #contacts: Contacts;
  readonly #settings: PlatformSettings['list'];

  constructor(contacts: Contacts, settings: PlatformSettings['list']) {
    this.#contacts = contacts;
    this.#settings = settings;
  }

  /** @param address where the request came to, without its query @param version of the API */
  answer(query: URLSearchParams, address: string, version: number, refuse: Refuse): Answer {
    const now = this.#contacts.clock.now();
    const asked = readQuery(query, this.#settings, now);
    if (typeof asked === 'string') return refuse(400, 'INVALID_REQUEST', asked);
    const all = this.#rows(asked);
    const page = all.slice(asked.skip, asked.skip + asked.top);
    if (page.length === 0) return noContent;
    const end = asked.skip + page.length;
    const link = (skip: number) => linkTo(address, query, skip, asked.top);
    return idJson({
      totalRecords: all.length,
      businessUnitId,
      lastPollTime: iso(now),
      _links: {
        self: link(asked.skip),
        next: end < all.length ? link(end) : '',
        previous: asked.skip > 0 ? link(Math.max(0, asked.skip - asked.top)) : '',
      },
      completedContacts: page.map((leg) => this.row(leg, version, asked.fields)),
    });
  }

  /** A row with the names of this version. */
  row(leg: Leg, version: number, fields: ReadonlySet<string> | undefined) {
    const { fieldNames } = this.#settings;
    const isOld = fieldNames === 'old' || (fieldNames === 'byVersion' && version < newNamesSince);
    const row = contactRow(this.#contacts, leg);
    const named = isOld ? withOldNames(row) : row;
    return fields === undefined ? named : onlyFields(named, fields);
  }

  #rows(asked: ListQuery): Leg[] {
    const contacts = this.#contacts;
    const found = this.#between(asked.from, asked.to).filter((leg) => {
      if (!contacts.isShown(leg)) return false;
      if (asked.updatedSince !== undefined && contacts.lastUpdate(leg) < asked.updatedSince) return false;
      return (
        asked.mediaTypeId === undefined || contacts.shapes.shape(leg.index).mediaTypeId === asked.mediaTypeId
      );
    });
    if (asked.order === 'lastUpdateTime') {
      const times = new Map(found.map((leg) => [leg, contacts.lastUpdate(leg)]));
      found.sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0) || (a.id < b.id ? -1 : 1));
    }
    return asked.descending ? found.reverse() : found;
  }

  /** The legs that started in [from, to]. */
  #between(from: number, to: number): Leg[] {
    const { byStart } = this.#contacts;
    return byStart.slice(firstFrom(byStart, from), firstFrom(byStart, to + 1));
  }
}

/** Where the legs that started at this time or later begin. */
function firstFrom(legs: readonly Leg[], time: number): number {
  return bisect(0, legs.length, (n) => (legs[n]?.start ?? 0) < time);
}

/** The address of another page. */
export function linkTo(address: string, query: URLSearchParams, skip: number, top: number): string {
  const kept = new URLSearchParams(query);
  kept.set('skip', String(skip));
  kept.set('top', String(top));
  return `${address}?${kept.toString()}`;
}

import type { JsonObject, SourceFailure } from '@cxvault/plugin-api';
import { contentDigest, type DigestOptions } from '../content-digest.ts';
import { isJsonObject } from '../json.ts';
import { withoutSignedUrls } from '../signed-urls.ts';
import { field, idText } from './any-case.ts';
import { readContactRow, type ContactRow } from './contact-row.ts';
import { inOrder, type RowStore } from './row-store.ts';

/** How legs that no list has shown are asked for. */
export interface LegQuestions {
  /** The hierarchy of a master contact; undefined where there is none, or the login may not see it. */
  hierarchy(masterContactId: string, signal: AbortSignal | undefined): Promise<JsonObject | undefined>;
  /** A completed contact; undefined when it is not given. */
  contact(contactId: string, signal: AbortSignal | undefined): Promise<ContactRow | undefined>;
}

/** What is looked for. */
export interface LegSearch {
  readonly masterContactId: string;
  /** The payload of the version before. */
  readonly previous: JsonObject | undefined;
  /** The legs of the version before, which may be known though its payload is not. */
  readonly previousLegs: readonly string[];
  /** True: also what the version before has may have changed, and its recordings may have come. */
  readonly again: boolean;
}

/** The legs of a master contact, and what of them must be asked for. */
export interface FoundLegs {
  /** All that are known, in order of their start; never fewer than the version before has. */
  readonly legs: readonly ContactRow[];
  /** Contacts that are new or have changed. */
  readonly changed: ReadonlySet<string>;
  /** Whether recordings may have come or changed. */
  readonly playback: boolean;
  readonly hierarchy: JsonObject | undefined;
  /** The API's clock when the oldest of the rows was given, in milliseconds since 1970. */
  readonly rowsAt: number;
}

export const noSuchContact: SourceFailure = { reason: 'not-found', status: 404, permanent: true };

/** Contacts of these types are recorded: phone and voicemail. */
const recordedTypes = [4, 5];

/**
 * Gathers the legs of a master contact: those that were listed, with what their rows carry; those of the version
 * before; and, when there may be others, those that the hierarchy names. Undefined when CXone has none.
 */
export async function findLegs(
  search: LegSearch,
  sources: {
    readonly rows: RowStore;
    readonly ask: LegQuestions;
    readonly digest: DigestOptions;
    now(): number;
  },
  signal: AbortSignal | undefined,
): Promise<FoundLegs | undefined> {
  const { masterContactId, previous, again } = search;
  const { rows, digest } = sources;
  const before = byId(rowsOf(previous));
  const listed = rows.legsOf(masterContactId);
  const rowsAt = Math.min(sources.now(), listed?.listedAt ?? Infinity);
  const known = byId(listed?.rows ?? []);
  const isComplete = listed !== undefined && previous !== undefined && !again;
  const isNew = ({ contactId }: ContactRow): boolean => !before.has(contactId);
  let hierarchy: JsonObject | undefined;
  if (!isComplete || listed.rows.some(isNew)) {
    hierarchy = await sources.ask.hierarchy(masterContactId, signal);
    const ids = new Set([masterContactId, ...search.previousLegs, ...before.keys(), ...legsIn(hierarchy)]);
    for (const id of ids) {
      if (known.has(id) || (isComplete && before.has(id))) continue;
      const row = await sources.ask.contact(id, signal);
      if (row && (row.masterContactId === masterContactId || row.contactId === masterContactId))
        known.set(id, row);
    }
  }
  const legs = inOrder([...new Map([...before, ...known]).values()]);
  if (legs.length === 0) return undefined;
  const changed = [...known.values()].filter((row) => !isSame(row, before.get(row.contactId), digest));
  return {
    legs,
    changed: new Set(changed.map(({ contactId }) => contactId)),
    playback: mayHaveRecordings(legs) && (again || changed.some((row) => bringsMedia(row, before))),
    hierarchy,
    rowsAt,
  };
}

/** The rows in a payload as it was archived; rows that cannot be read any more are none. */
function rowsOf(payload: JsonObject | undefined): ContactRow[] {
  const contacts = payload?.['contacts'];
  if (!Array.isArray(contacts)) return [];
  return contacts.flatMap((row) => {
    try {
      return isJsonObject(row) ? [readContactRow(row)] : [];
    } catch {
      return [];
    }
  });
}

function byId(rows: readonly ContactRow[]): Map<string, ContactRow> {
  return new Map(rows.map((row) => [row.contactId, row]));
}

/** `{masterContactId, childContacts:[{contactId, …}]}`. */
function legsIn(hierarchy: JsonObject | undefined): string[] {
  const children = hierarchy && field(hierarchy, 'childContacts');
  if (!Array.isArray(children)) return [];
  return children.flatMap((child) => (isJsonObject(child) ? (idText(field(child, 'contactId')) ?? []) : []));
}

/** Without what moves by itself: a row that only our own mark has touched is the same. */
function isSame(row: ContactRow, before: ContactRow | undefined, digest: DigestOptions): boolean {
  const digestOf = ({ json }: ContactRow): string => contentDigest(withoutSignedUrls(json), [], digest);
  return before !== undefined && digestOf(row) === digestOf(before);
}

function mayHaveRecordings(legs: readonly ContactRow[]): boolean {
  return legs.some(
    ({ mediaTypeId, isLogged }) =>
      mediaTypeId === undefined || recordedTypes.includes(mediaTypeId) || isLogged === true,
  );
}

/** A new leg, or one whose recording has come or gone. */
function bringsMedia(row: ContactRow, before: ReadonlyMap<string, ContactRow>): boolean {
  const old = before.get(row.contactId);
  return old === undefined || old.isLogged !== row.isLogged;
}

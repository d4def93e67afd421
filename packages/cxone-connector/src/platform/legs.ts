import type { JsonObject, SourceFailure } from '@cxvault/plugin-api';
import { contentDigest, type DigestOptions } from '../content-digest.ts';
import { objectsOf } from '../json.ts';
import { withoutSignedUrls } from '../signed-urls.ts';
import { field, idText } from './any-case.ts';
import { isVoice, type ContactRow } from './contact-row.ts';
import { legsIn } from './payload.ts';
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
  /** True: also what the version before has may have changed. */
  readonly again: boolean;
  /** True: recordings may have come, also where no leg has changed. */
  readonly playback: boolean;
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

/** Where rows come from, and what of them counts as content. */
export interface LegSources {
  readonly rows: RowStore;
  readonly ask: LegQuestions;
  readonly digest: DigestOptions;
  /** The API's clock, in milliseconds since 1970. */
  readonly now: () => number;
}

type Rows = ReadonlyMap<string, ContactRow>;

/**
 * Gathers the legs of a master contact: those that were listed, with what their rows carry; those of the version
 * before; and, where the lists may lack some, those that the hierarchy names. Undefined when CXone has none.
 */
export async function findLegs(
  search: LegSearch,
  { rows, ask, digest, now }: LegSources,
  signal: AbortSignal | undefined,
): Promise<FoundLegs | undefined> {
  const { masterContactId, previous, again } = search;
  const before = byId(legsIn(previous));
  const listed = rows.legsOf(masterContactId);
  const rowsAt = Math.min(now(), listed?.listedAt ?? Infinity);
  const isCurrent = (row: ContactRow): boolean => !isOlder(row, before.get(row.contactId));
  const shown = byId((listed?.rows ?? []).filter(isCurrent));
  const isNew = [...shown.keys()].some((id) => !before.has(id));
  const first = listed?.rows.find(({ contactId }) => contactId === masterContactId);
  const hasAll = first !== undefined && rows.hasAllAfter(first);
  const mayHaveOthers = (listed === undefined || again || isNew) && !hasAll;
  const hierarchy = mayHaveOthers ? await ask.hierarchy(masterContactId, signal) : undefined;
  // rows of the version before are as good as new ones where the lists have shown what has changed
  const known = new Map(listed === undefined || again ? shown : [...before, ...shown]);
  const asked = mayHaveOthers ? await askForOthers(search, { hierarchy, known, before, ask }, signal) : [];
  const current = byId([...shown.values(), ...asked.filter(isCurrent)]);
  const legs = inOrder([...new Map([...before, ...current]).values()]);
  if (legs.length === 0) return undefined;
  const changed = [...current.values()].filter((row) => !isSame(row, before.get(row.contactId), digest));
  return {
    legs,
    changed: new Set(changed.map(({ contactId }) => contactId)),
    playback: mayHaveRecordings(legs) && (search.playback || changed.some((row) => bringsMedia(row, before))),
    hierarchy,
    rowsAt,
  };
}

/** Asks for the legs that must be there, and that no row is known of. */
async function askForOthers(
  { masterContactId, previousLegs }: LegSearch,
  found: {
    readonly hierarchy: JsonObject | undefined;
    readonly known: Rows;
    readonly before: Rows;
    readonly ask: LegQuestions;
  },
  signal: AbortSignal | undefined,
): Promise<ContactRow[]> {
  const ids = new Set([
    masterContactId,
    ...previousLegs,
    ...found.before.keys(),
    ...childrenIn(found.hierarchy),
  ]);
  const rows: ContactRow[] = [];
  for (const id of ids) {
    if (found.known.has(id)) continue;
    const row = await found.ask.contact(id, signal);
    if (row && (row.masterContactId === masterContactId || row.contactId === masterContactId)) rows.push(row);
  }
  return rows;
}

/** A list may come from a replica that lags behind what was archived. */
function isOlder(row: ContactRow, before: ContactRow | undefined): boolean {
  const [time, known] = [row.updatedTime, before?.updatedTime];
  return time !== undefined && known !== undefined && time < known;
}

function byId(rows: readonly ContactRow[]): Map<string, ContactRow> {
  return new Map(rows.map((row) => [row.contactId, row]));
}

/** `{masterContactId, childContacts:[{contactId, …}]}`. */
function childrenIn(hierarchy: JsonObject | undefined): string[] {
  const children = hierarchy && field(hierarchy, 'childContacts');
  return objectsOf(children).flatMap((child) => idText(field(child, 'contactId')) ?? []);
}

/** Without what moves by itself: a row that only our own mark has touched is the same. */
function isSame(row: ContactRow, before: ContactRow | undefined, digest: DigestOptions): boolean {
  const digestOf = ({ json }: ContactRow): string => contentDigest(withoutSignedUrls(json), [], digest);
  return before !== undefined && digestOf(row) === digestOf(before);
}

function mayHaveRecordings(legs: readonly ContactRow[]): boolean {
  return legs.some((leg) => leg.mediaTypeId === undefined || isVoice(leg) || leg.isLogged === true);
}

/** A new leg, or one whose recording has come or gone. */
function bringsMedia(row: ContactRow, before: ReadonlyMap<string, ContactRow>): boolean {
  const old = before.get(row.contactId);
  return old === undefined || old.isLogged !== row.isLogged;
}

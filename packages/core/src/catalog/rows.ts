import type { AbsentMedium, ArchivedMedium, EntryLeg } from '../journal-entry.ts';

/** A stored object that an entry names. */
export interface CatalogObject {
  readonly key: string;
  /** The number in the object's header. */
  readonly kind: number;
  /** Stored bytes. */
  readonly bytes: number;
  readonly sha256: string;
  readonly run_id: string;
  readonly n: number;
}

/** A journal entry as a stored object. */
export type CatalogEntry = Pick<CatalogObject, 'key' | 'bytes' | 'sha256'>;

/** A record that an entry places in a segment. */
export interface RecordPlace {
  readonly version: number;
  readonly interaction_id: string;
  readonly updated_time: string;
  readonly sha256: string;
}

/** A medium as an entry describes it. */
export interface MediumUse {
  readonly interaction_id: string;
  readonly media_id: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** One archived version of an interaction. */
export interface Version {
  /** The catalog's own number. */
  readonly id: number;
  readonly interaction_id: string;
  /** Empty when the source gave none. */
  readonly updated_time: string;
  readonly at: string;
  readonly run_id: string;
  readonly n: number;
  /** SHA-256 of the record's line. */
  readonly sha256: string;
  readonly content: string;
  readonly segment: string;
  readonly media: readonly ArchivedMedium[];
  readonly absent: readonly AbsentMedium[];
  readonly legs: readonly EntryLeg[] | undefined;
}

/** An interaction that failed and was not archived or seen since. */
export interface OpenFailure {
  readonly interaction_id: string;
  readonly updated_time: string;
  /** 1: tried often enough, not tried again by itself. */
  readonly given_up: number;
  /** Of the newest try. */
  readonly reason: string;
}

/** Why the keys of an interaction were destroyed. */
export interface Erasure {
  readonly at: string;
  readonly reason: string;
}

/** The entries of one run, taken together. */
export interface RunRow {
  readonly run_id: string;
  readonly first_at: string;
  readonly last_at: string;
  /** 1: it has a final entry. */
  readonly final: number;
}

/** A row of `versions`, its lists still apart. */
export interface VersionRow extends Omit<Version, 'media' | 'absent' | 'legs'> {
  readonly legs: string | null;
}

interface AbsentRow {
  readonly media_id: string;
  readonly code: string;
  readonly until: string | null;
}

export function toVersion(row: VersionRow, media: ArchivedMedium[], absent: AbsentRow[]): Version {
  return {
    ...row,
    media,
    absent: absent.map(({ media_id, code, until }) => ({ media_id, code, ...(until !== null && { until }) })),
    // written by applyEntry from a parsed entry
    legs: row.legs === null ? undefined : (JSON.parse(row.legs) as EntryLeg[]),
  };
}

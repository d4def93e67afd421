import * as z from 'zod';

// The document inside a journal entry, with exactly the names of archive-format, "Journal". Unknown fields are
// ignored; lists that were left out are empty after parsing.

/** One entry by name and content: what `heads`, tips and chains are made of. */
export interface EntryRef {
  readonly run_id: string;
  readonly n: number;
  /** SHA-256 of the stored object, lower-case hex. */
  readonly sha256: string;
}

/** A stored object that this entry commits. */
export interface EntryObject {
  readonly key: string;
  /** The number in the object's header: 1 records, 2 media, … */
  readonly kind: number;
  /** Stored bytes. */
  readonly bytes: number;
  /** SHA-256 of the stored object. */
  readonly sha256: string;
}

/** A medium of an archived interaction; the object may have been committed by an earlier entry. */
export interface ArchivedMedium {
  readonly media_id: string;
  readonly object_key: string;
  /** Bytes of the original. */
  readonly bytes: number;
  /** SHA-256 of the original. */
  readonly sha256: string;
}

/** A medium that the source did not give; provisional until `until`, where it is there. */
export interface AbsentMedium {
  readonly media_id: string;
  readonly code: string;
  readonly until?: string;
}

/** A part of an interaction with an update time of its own. */
export interface EntryLeg {
  readonly id: string;
  readonly updated_time: string;
}

/** One version of an interaction, archived in `segment`. */
export interface ArchivedInteraction {
  readonly interaction_id: string;
  /** The fetched detail's update time; null when the source gives none. */
  readonly updated_time: string | null;
  /** SHA-256 of the record's line, without newline. */
  readonly sha256: string;
  /** The change digest, `v1:<hex>`. */
  readonly content: string;
  /** Key of the segment. */
  readonly segment: string;
  readonly media: readonly ArchivedMedium[];
  readonly absent: readonly AbsentMedium[];
  readonly legs?: readonly EntryLeg[];
  /** The update time is less than 60 s before the fetch: fetched again at the next sight. */
  readonly racy?: boolean;
}

/** An interaction that was fetched again and found unchanged. */
export interface SeenInteraction {
  readonly interaction_id: string;
  readonly updated_time: string | null;
  readonly racy?: boolean;
}

/** An interaction that could not be archived; holds until archived or seen. */
export interface FailedInteraction {
  readonly interaction_id: string;
  readonly updated_time: string | null;
  /** A code, HTTP status, request id; never an API's free text. */
  readonly reason: string;
  readonly given_up?: boolean;
}

/** The reason of a refused mark for which CXone has no place; without a status, as no refusal has it. */
export const nothingToMark = 'not-found';

/** What came of marking an interaction at the source. */
export interface EntryMark {
  readonly interaction_id: string;
  readonly status: string;
  readonly outcome: 'sent' | 'pending' | 'refused';
  readonly reason?: string;
}

/** A period [from, to) of a lane in which every interaction is archived, seen or failed. */
export interface EntryWindow {
  readonly lane: 'update' | 'start';
  readonly from: string;
  readonly to: string;
}

/** An interaction whose keys were destroyed on purpose. */
export interface ErasedInteraction {
  readonly interaction_id: string;
  readonly objects: readonly string[];
  readonly at: string;
  readonly reason: string;
}

/** A whole journal entry. */
export interface JournalEntry {
  readonly run_id: string;
  readonly n: number;
  /** SHA-256 of the previous entry's stored object; null in the first. */
  readonly previous: string | null;
  /** First entry only: the tips that were known when the run began. */
  readonly heads?: readonly EntryRef[];
  /** First entry only: SHA-256 of the descriptor's bytes. */
  readonly descriptor_sha256?: string;
  readonly at: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly source: { readonly system: string; readonly profile: string; readonly tenant: string };
  readonly objects: readonly EntryObject[];
  readonly archived: readonly ArchivedInteraction[];
  readonly seen: readonly SeenInteraction[];
  readonly failed: readonly FailedInteraction[];
  readonly marks: readonly EntryMark[];
  readonly windows: readonly EntryWindow[];
  readonly erased: readonly ErasedInteraction[];
  /** What a reader must understand; anything unknown here refuses the entry. */
  readonly needs: readonly string[];
  /** True in the run's last entry. */
  readonly final: boolean;
}

/** The names of the lists of an entry, in the order of the format document. */
export const entryListNames = [
  'objects',
  'archived',
  'seen',
  'failed',
  'marks',
  'windows',
  'erased',
] as const satisfies readonly (keyof JournalEntry)[];

/** What a writer puts into an entry. */
export type EntryLists = Partial<Pick<JournalEntry, (typeof entryListNames)[number]>>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const updatedTime = z.string().nullable();
const id = z.string().min(1);
const bytes = z.int().nonnegative();
const key = z.string().min(1);
const entryNumber = z.int().min(1).max(999_999);

const archived = z.object({
  interaction_id: id,
  updated_time: updatedTime,
  sha256,
  content: z.string(),
  segment: key,
  media: z.array(z.object({ media_id: id, object_key: key, bytes, sha256 })).default([]),
  absent: z.array(z.object({ media_id: id, code: z.string(), until: z.string().optional() })).default([]),
  legs: z.array(z.object({ id, updated_time: z.string() })).optional(),
  racy: z.boolean().optional(),
});

/**
 * Parses the document of an entry; empty lists may be left out. Refuses one that mixes up first and later entries:
 * `previous` is null and `descriptor_sha256` is there in entry 1 and only there, `heads` (unless empty) at most there.
 */
export const journalEntrySchema: z.ZodType<JournalEntry> = z
  .object({
    run_id: uuid,
    n: entryNumber,
    previous: sha256.nullable(),
    heads: z.array(z.object({ run_id: uuid, n: entryNumber, sha256 })).optional(),
    descriptor_sha256: sha256.optional(),
    at: time,
    tool: z.object({ name: z.string(), version: z.string() }),
    source: z.object({ system: z.string(), profile: z.string(), tenant: z.string() }),
    objects: z.array(z.object({ key, kind: z.int().min(1).max(255), bytes, sha256 })).default([]),
    archived: z.array(archived).default([]),
    seen: z
      .array(z.object({ interaction_id: id, updated_time: updatedTime, racy: z.boolean().optional() }))
      .default([]),
    failed: z
      .array(
        z.object({
          interaction_id: id,
          updated_time: updatedTime,
          reason: z.string(),
          given_up: z.boolean().optional(),
        }),
      )
      .default([]),
    marks: z
      .array(
        z.object({
          interaction_id: id,
          status: z.string(),
          outcome: z.enum(['sent', 'pending', 'refused']),
          reason: z.string().optional(),
        }),
      )
      .default([]),
    windows: z.array(z.object({ lane: z.enum(['update', 'start']), from: time, to: time })).default([]),
    erased: z
      .array(
        z.object({ interaction_id: id, objects: z.array(key).default([]), at: time, reason: z.string() }),
      )
      .default([]),
    needs: z.array(z.string()).default([]),
    final: z.boolean().default(false),
  })
  .refine(
    (entry) =>
      (entry.n === 1) === (entry.previous === null) &&
      (entry.n === 1 || (entry.heads ?? []).length === 0) &&
      (entry.n === 1) === (entry.descriptor_sha256 !== undefined),
    'previous, heads and descriptor_sha256 do not fit the number of the entry',
  );

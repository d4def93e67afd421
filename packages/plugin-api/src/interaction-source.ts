import type { ErrorCode } from './errors.ts';
import type { CallOptions } from './object-store.ts';

/** JSON as it came from an API or goes to a file. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };
export type JsonObject = { [name: string]: JsonValue };

/** Whose interactions a source gives. An archive holds those of one identity. */
export interface SourceIdentity {
  readonly system: string;
  readonly profile: string;
  readonly tenant: string;
}

/** An axis of time on which a source can list. */
export type Lane = 'update' | 'start';

/** One thing that a run needs of the source, as `doctor` shows it. */
export interface CapabilityCheck {
  /** For example `login`, `scopes`, `list`, `media`, `marker`. */
  readonly name: string;
  /** `unknown`: cannot be told without changing something. */
  readonly state: 'ok' | 'missing' | 'unknown';
  readonly detail: string;
  readonly hint?: string;
  /** The error that a missing one is to a run. @default 'SCOPE_MISSING' */
  readonly code?: ErrorCode;
}

export interface CheckOptions extends CallOptions {
  /** Whether media will be fetched. @default true */
  readonly media?: boolean;
  /** Whether interactions will be marked. @default true */
  readonly mark?: boolean;
  /** True: try each capability that may be missing on its own, with one cheap call; for `doctor`. @default false */
  readonly capabilities?: boolean;
}

export interface CapabilityReport {
  readonly identity: SourceIdentity;
  readonly checks: readonly CapabilityCheck[];
  /** The API's clock and ours when its answer came, in milliseconds since 1970; undefined without a `Date` header. */
  readonly clock?: { readonly api: number; readonly ours: number };
}

/** One row of the source's list: an interaction and when it changed last. */
export interface InteractionRef {
  readonly interactionId: string;
  /** ISO 8601 UTC with milliseconds; undefined when the row has none. */
  readonly updatedTime: string | undefined;
  /** Where the row lies on the lane's axis, if that is not its update time; ISO 8601 UTC with milliseconds. */
  readonly position?: string;
}

/** A page of the list. Rows may repeat, move and vanish between pages and passes. */
export interface InteractionPage {
  readonly rows: readonly InteractionRef[];
  /** The list is complete only up to this time, whatever was asked for; ISO 8601 UTC with milliseconds. */
  readonly completeTo?: string;
}

export interface ListWindow {
  readonly lane: Lane;
  /** ISO 8601 UTC, inclusive; rows may be older or newer: the caller filters. */
  readonly from: string;
  /** ISO 8601 UTC, exclusive. */
  readonly to: string;
}

/** How far back a source can list a lane. */
export interface LaneReach {
  /** Where everything begins, as far as the source keeps it: milliseconds before now. */
  readonly kept?: number;
  /**
   * Milliseconds before now. A window that begins earlier is given from there on only; what changed before is found
   * by listing the lane `start` again, from its origin.
   */
  readonly listed?: number;
}

/** A recording, transcript or attachment of an interaction, as the source describes it. */
export interface SourceMedium {
  readonly mediaId: string;
  readonly type: string | undefined;
  readonly durationMs: number | undefined;
  readonly format: string | undefined;
  /** Where it is fetched from; may be signed and short-lived. Never stored. */
  readonly url: string | undefined;
  /** {@link SourceMedium.url} without query, user info or fragment: this is what a record shows. */
  readonly playbackUrl: string | undefined;
  readonly createdTime: string | undefined;
}

export interface Participant {
  readonly id: string | null;
  readonly type: string | null;
  readonly address: string | null;
  readonly state: string | null;
}

/** A closed interaction with all its details. Times are ISO 8601 UTC with milliseconds. */
export interface SourceInteraction {
  readonly interactionId: string;
  readonly type: string | null;
  readonly status: string | null;
  readonly createdTime: string | null;
  /** The detail's own update time; undefined when it has none. */
  readonly updatedTime: string | undefined;
  /** When the interaction ended, as well as the source can tell: provisional absence is counted from here. */
  readonly endedTime: string | undefined;
  readonly participants: readonly Participant[];
  readonly media: readonly SourceMedium[];
  /** Parts that have update times of their own (`platform`: the contacts of a master contact). */
  readonly legs?: readonly { readonly id: string; readonly updatedTime: string }[];
  /** Everything that the API returned, signed URLs removed. */
  readonly payload: JsonObject;
  /**
   * The change digest, `v1:<hex>`, of the payload with these absent media: equal digests mean that nothing
   * worth a new version has changed.
   */
  contentDigest(absent: readonly { readonly mediaId: string; readonly code: string }[]): string;
  /**
   * The fields in which the payload differs from one that was archived earlier, as the change digest sees both:
   * dotted paths. Fields that always differ are named to the user.
   */
  changedFields(earlier: JsonObject): readonly string[];
  /** The API's clock when it answered, in milliseconds since 1970; ours without a `Date` header. */
  readonly fetchedAt: number;
  /** True: of what was denied to the previous version something is no more: a right has appeared. @default false */
  readonly allowed?: boolean;
}

/** Why a request failed. `reason` is a code, never an API's free text. */
export interface SourceFailure {
  readonly reason: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
  readonly requestId?: string;
  /** True for 403, 404 and 410: asking again soon will not help. */
  readonly permanent: boolean;
}

/** The source has no such interaction, or does not give it. */
export interface Unavailable {
  readonly unavailable: SourceFailure;
}

/** A medium's bytes, or why there are none. */
export type MediaAnswer =
  | {
      readonly body: AsyncIterable<Uint8Array>;
      readonly contentType: string | undefined;
      /** Bytes, where the server says; a body of another length throws while it is read. */
      readonly size: number | undefined;
    }
  /** `not-found`: 404 or 410. `denied`: 403 even from a fresh address. */
  | { readonly absent: 'not-found' | 'denied'; readonly failure: SourceFailure };

/** What happened to a mark. `nothing-to-mark`: the system keeps no marks of such an interaction, and never will. */
export type MarkOutcome = 'sent' | 'nothing-to-mark' | { readonly failed: SourceFailure };

/** How many calls a source made, by API family. */
export type CallCounts = Readonly<
  Record<string, { readonly count: number; readonly throttled: number; readonly retried: number }>
>;

/** What a source may use of the version that the archive has of an interaction. */
export interface PreviousVersion {
  readonly legs: readonly string[];
  /** The payload as it was archived; undefined when it cannot be read any more. */
  payload(): Promise<JsonObject | undefined>;
}

export interface FetchOptions extends CallOptions {
  /** Undefined: the archive has none. What it tells need not be asked for again. */
  readonly previous?: PreviousVersion | undefined;
  /** True: ask for everything again, also what the previous version has. @default false */
  readonly again?: boolean;
  /**
   * The media that the previous version lacks, where these alone are why everything is asked for again: what cannot
   * bring them need not be asked. Undefined: all is wanted.
   */
  readonly missing?: readonly string[] | undefined;
}

/**
 * A system that interactions are archived from. Methods retry and wait for their budget inside (both are
 * decorators there) and throw a `CxvaultError` when the system as a whole does not answer: `SOURCE_UNREACHABLE`,
 * `LOGIN_REFUSED`. What concerns one interaction only comes back as a value.
 */
export interface InteractionSource {
  /** The lanes that must be listed so that nothing is missed. */
  readonly lanes: readonly Lane[];

  /** How far back each lane goes; nothing for a lane that gives everything. */
  readonly reach?: Readonly<Partial<Record<Lane, LaneReach>>>;

  /** True: a list holds the rows of its window only, so that an empty one is nothing strange. @default false */
  readonly listsWindows?: boolean;

  /** Logs in and checks rights, marker field and clock, with few cheap calls. Changes nothing. */
  check(options?: CheckOptions): Promise<CapabilityReport>;

  /** The API's clock now, in milliseconds since 1970, from a `Date` header; undefined when it sends none. */
  now(): number | undefined;

  /**
   * One pass over the list, newest first, a page at a time. An expired cursor throws a `CxvaultError` of code
   * `SOURCE_REFUSED` with `context.cursor = 'expired'`: the caller starts the pass again.
   */
  list(window: ListWindow, options?: CallOptions): AsyncIterable<InteractionPage>;

  /** All details of one interaction. `Unavailable` also for failures that persist after the retries. */
  fetch(interactionId: string, options?: FetchOptions): Promise<SourceInteraction | Unavailable>;

  /**
   * Opens a medium. An expired address is asked for again once. Throws a `CxvaultError` of code
   * `SOURCE_UNREACHABLE` when it fails after the retries: that concerns this medium.
   */
  openMedia(interactionId: string, medium: SourceMedium, options?: CallOptions): Promise<MediaAnswer>;

  /** Writes the marker of an interaction. May be called twice. */
  mark(interactionId: string, status: string, options?: CallOptions): Promise<MarkOutcome>;

  /** What the report should say once, however many interactions it concerns: a right that is missing. */
  warnings?(): readonly string[];

  /** Calls made so far, for the report. */
  callCounts(): CallCounts;

  close(): Promise<void>;
}

/** What an interaction is like at one time. Base rows that nothing has happened to have no stored version. */
export interface Version {
  /** Milliseconds since 1970, in the tenant's resolution. */
  readonly updated: number;
  /** How many changes of any kind came before; with the index it names this version in the lag's draw. */
  readonly changes: number;
  /** How many edits its content has seen; -1: the older version that a lagging replica shows of a fresh row. */
  readonly edits: number;
  /** Custom fields that were set, by id. */
  readonly fields: Readonly<Record<string, string>> | undefined;
  /** Media that edits added or removed. */
  readonly mediaAdded: number;
  readonly mediaRemoved: number;
}

/**
 * Why a row is not in the list. `late`: not yet; `away`: left, details still there; `reopened`: no longer closed;
 * `deleted`: gone, details too.
 */
export type Absence = 'late' | 'away' | 'reopened' | 'deleted';

export interface RowState {
  now: Version;
  absence: Absence | undefined;
  /** What a lagging replica still shows, and to how many more detail requests. */
  before: Version | undefined;
  staleReads: number;
}

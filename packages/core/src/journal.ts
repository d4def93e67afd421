import type { JsonValue, SourceIdentity } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import type { Damage } from './damage.ts';
import type { EntryLists, EntryRef, JournalEntry } from './journal-entry.ts';

export interface JournalWriterOptions {
  readonly runId: string;
  readonly source: SourceIdentity;
  readonly heads: readonly EntryRef[];
  readonly tool: { readonly name: string; readonly version: string };
  readonly clock: Clock;
  /** Called before each entry is stored; throws when the run must stop (lock lost). */
  readonly beforeAppend?: () => Promise<void>;
}

/** An entry as it lies in the store. */
export interface StoredEntry {
  readonly entry: JournalEntry;
  readonly ref: EntryRef;
  readonly key: string;
  /** Stored bytes. */
  readonly bytes: number;
  /** True when this or an earlier entry of the run is missing or damaged: the run's windows do not count. */
  readonly chainBroken?: boolean;
}

export interface JournalWriter {
  append(lists: EntryLists, options?: { readonly final?: boolean }): Promise<StoredEntry>;
  writeReport(report: JsonValue): Promise<void>;
}

/** Entries that a reader has already. */
export interface KnownEntries {
  sha256Of(runId: string, n: number): string | undefined;
}

/** What a pass over the journal gives. */
export type JournalItem =
  | StoredEntry
  | {
      readonly known: { readonly run_id: string; readonly n: number };
      readonly key: string;
      readonly bytes: number;
    }
  | { readonly damage: Damage };

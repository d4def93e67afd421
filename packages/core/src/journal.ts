import type { Damage } from './damage.ts';
import type { EntryRef, JournalEntry } from './journal-entry.ts';

export { JournalWriter, largestEntry } from './journal-writer.ts';
export type { JournalWriterOptions } from './journal-writer.ts';
export { readJournal } from './journal-reader.ts';

/** An entry as it lies in the store. */
export interface StoredEntry {
  readonly entry: JournalEntry;
  readonly ref: EntryRef;
  readonly key: string;
  /** Stored bytes. */
  readonly bytes: number;
  /** True when an earlier entry of the run is missing, damaged or not the one that was followed. */
  readonly chainBroken?: boolean;
}

/** Entries that a reader has already; they are looked for, but not read again. */
export interface KnownEntries {
  /** Undefined also for an object of another size than the entry had: it is read. */
  sha256Of(runId: string, n: number, bytes: number): string | undefined;
}

/** What a pass over the journal gives: per run in the order of its entries. */
export type JournalItem =
  | StoredEntry
  | {
      readonly known: { readonly run_id: string; readonly n: number };
      readonly key: string;
      readonly bytes: number;
    }
  | {
      readonly damage: Damage;
      /**
       * The entry that a later run names in its heads and that is gone or another. Found only while the later run is
       * read: a catalog must remember it.
       */
      readonly lost?: EntryRef;
    };

export type { Archive, CreateArchiveOptions, SlotWarning, Unlock } from './archive.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export type { Damage, DamageProblem } from './damage.ts';
export { entryListNames, journalEntrySchema } from './journal-entry.ts';
export type {
  AbsentMedium,
  ArchivedInteraction,
  ArchivedMedium,
  EntryLeg,
  EntryLists,
  EntryMark,
  EntryObject,
  EntryRef,
  EntryWindow,
  ErasedInteraction,
  FailedInteraction,
  JournalEntry,
  SeenInteraction,
} from './journal-entry.ts';
export type { JournalItem, JournalWriterOptions, KnownEntries, StoredEntry } from './journal.ts';
export type { KeyAllocator, KeyRing } from './key-ring.ts';
export { Catalog } from './catalog/catalog.ts';
export type { CatalogObject, MediumUse, OpenFailure, RecordPlace, Version } from './catalog/rows.ts';
export { syncCatalog } from './catalog/sync.ts';
export type { SyncResult } from './catalog/sync.ts';
export { beginningOfTime, coverageOf } from './run/coverage.ts';
export type { Coverage } from './run/coverage.ts';
export type { RunOptions, RunProgress } from './run/options.ts';
export { planRun } from './run/plan.ts';
export type { RunPlan } from './run/plan.ts';
export { archivalRecord, archivedRecordSchema, describeMedium, recordLine } from './run/record.ts';
export type { ArchivalRecord, ArchivedRecord, MediumMetadata } from './run/record.ts';
export type { RunReport } from './run/report.ts';
export { runArchive } from './run/run.ts';
export type { RunResult } from './run/session.ts';

export { createArchive, openArchive } from './archive.ts';
export type { Archive, CreateArchiveOptions, SlotWarning, Unlock } from './archive.ts';
export { storeSource } from './byte-source.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export type { Damage, DamageProblem } from './damage.ts';
export { readDescriptor } from './descriptor.ts';
export type { Descriptor, StoredDescriptor } from './descriptor.ts';
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
export { JournalWriter, largestEntry, readJournal } from './journal.ts';
export type { JournalItem, JournalWriterOptions, KnownEntries, StoredEntry } from './journal.ts';
export { KeyAllocator, KeyRing } from './key-ring.ts';
export { addSlot, removeSlot } from './keys/change-slots.ts';
export type { AddedSlot, RemovedSlot } from './keys/change-slots.ts';
export { checkKeys, copyKeys } from './keys/export-keys.ts';
export type { CopiedKeys, KeySink } from './keys/export-keys.ts';
export { listSlots } from './keys/list-slots.ts';
export type { ListedSlot, SlotList } from './keys/list-slots.ts';
export { rotateRootKey } from './keys/rotate.ts';
export type { RotatedRoot, RotateOptions } from './keys/rotate.ts';
export type { MalformedSlot, SlotFacts } from './keys/slot-facts.ts';
export { breakLock } from './break-lock.ts';
export type { FoundLock } from './break-lock.ts';
export { RunLock } from './lock.ts';
export type { RunLockOptions } from './lock.ts';
export { Mirror } from './mirror/mirror.ts';
export type { MirrorOptions, MirrorPlace } from './mirror/mirror.ts';
export type { ReplicaReport } from './mirror/replica.ts';
export { ownProcess } from './process-identity.ts';
export type { ProcessIdentity } from './process-identity.ts';
export { openRateBudgets } from './rate-budgets.ts';
export type { RateBudgetOptions } from './rate-budgets.ts';
export type { BudgetWatch } from './rate-family.ts';
export { CallHistory } from './rate-history.ts';
export type { FamilyHistory } from './rate-history.ts';
export { TimeSeries } from './time-series.ts';
export { createObject } from './store-create.ts';
export { InjectedFault, seededRandom, withFaults } from './store-faults.ts';
export type { FaultOptions, FaultRates, StoreOperation } from './store-faults.ts';
export { requireRetention, withRetention, type RetentionOptions } from './store-retention.ts';
export { withRetry } from './store-retry.ts';
export type { RetryOptions } from './store-retry.ts';
export { Catalog } from './catalog/catalog.ts';
export type { ArchivedDay } from './catalog/days.ts';
export type { CatalogObject, MediumUse, OpenFailure, RecordPlace, Version } from './catalog/rows.ts';
export { syncCatalog } from './catalog/sync.ts';
export type { SyncResult } from './catalog/sync.ts';
export { pruneArchive } from './prune/prune.ts';
export type { PruneOptions, PruneResult } from './prune/prune.ts';
export type { Leftover, UnnamedSegment } from './prune/leftovers.ts';
export { replicateArchive } from './replicate/replicate.ts';
export type { ReplicateOptions, ReplicateResult } from './replicate/replicate.ts';
export type { CopyProgress, StoppedRun } from './replicate/copy-context.ts';
export type { RunCommit } from './run/committer.ts';
export { beginningOfTime, coverageOf } from './run/coverage.ts';
export type { Coverage } from './run/coverage.ts';
export type { RunOptions, RunProgress } from './run/options.ts';
export { planRun } from './run/plan.ts';
export type { RunPlan } from './run/plan.ts';
export { archivalRecord, archivedRecordSchema, describeMedium, recordLine } from './run/record.ts';
export type { ArchivalRecord, ArchivedRecord, MediumMetadata } from './run/record.ts';
export { splitReason } from './run/failure-reason.ts';
export type { RunReport, StoredReport } from './run/report.ts';
export { PollingRun } from './run/polling-run.ts';
export type { PassResult, PollingRunOptions } from './run/polling-run.ts';
export { runArchive } from './run/run.ts';
export { archiveStatus } from './query/archive-status.ts';
export type { ArchiveStatus, StatusFailure, StatusOptions } from './query/archive-status.ts';
export { listInteractions } from './query/list-interactions.ts';
export type { ListedInteraction, ListFilter } from './query/list-interactions.ts';
export type { ListedMedium } from './query/listed-medium.ts';
export { showInteraction } from './query/show-interaction.ts';
export type { ShownInteraction, ShownVersion } from './query/show-interaction.ts';
export { prettyJson } from './restore/pretty-json.ts';
export { PastVerifies } from './verify/past-verifies.ts';
export type { PastVerify } from './verify/past-verifies.ts';
export type { RunResult } from './run/run-start.ts';
export { decryptObject, objectFormat, readObjectHeader } from './decrypt/decrypt-object.ts';
export type { DecryptedObject, DecryptKeys, ObjectFormat } from './decrypt/decrypt-object.ts';
export { runEnvelope } from './envelope-run.ts';
export type { EnvelopeRunOptions } from './envelope-run.ts';
export { restoreInteractions } from './restore/restore-interactions.ts';
export type { RestoreOptions } from './restore/restore-interactions.ts';
export type {
  ManifestEntry,
  ManifestFile,
  RestoreFailure,
  RestoreProgress,
  RestoreReport,
} from './restore/restore-report.ts';
export { extensionByContent, extensionByType } from './restore/extension.ts';
export { safeName } from './restore/safe-name.ts';
export { Proofs } from './verify/proofs.ts';
export type { ProvenSummary } from './verify/proofs.ts';
export { verifyArchive } from './verify/verify-archive.ts';
export type { VerifyOptions } from './verify/verify-archive.ts';
export { verifyEnvelopes } from './verify/verify-envelopes.ts';
export type { VerifyEnvelopesOptions } from './verify/verify-envelopes.ts';
export { verifyPublic } from './verify/verify-public.ts';
export type { VerifyPublicOptions } from './verify/verify-public.ts';
export type { SampleStatement, VerifyDepth, VerifyProgress, VerifyReport } from './verify/verify-report.ts';

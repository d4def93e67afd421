export { addressParameters, addressPrefix } from './archive-address.ts';
export { blocksOf } from './blocks.ts';
export type { Block } from './blocks.ts';
export { connectionErrorKinds } from './connection-errors.ts';
export { CxvaultError, errorCatalogue, isCxvaultError } from './errors.ts';
export type { ErrorCode, ErrorContext } from './errors.ts';
export { answersRange, exactBody, inOnePiece, noBytes, requireSize, wholeBody } from './exact-body.ts';
export type { BodyExpectation } from './exact-body.ts';
export { contractVersion, hookNames } from './hooks.ts';
export type {
  KeyWrapperFactory,
  KeyWrapperOffer,
  PluginOffer,
  SourceContext,
  SourceFactory,
  SourceLog,
  SourceOffer,
  StorageFactory,
  StorageOffer,
} from './hooks.ts';
export type {
  CallCounts,
  CapabilityCheck,
  CheckOptions,
  CapabilityReport,
  FetchOptions,
  InteractionPage,
  InteractionRef,
  InteractionSource,
  JsonObject,
  JsonValue,
  Lane,
  LaneReach,
  ListWindow,
  MarkOutcome,
  MediaAnswer,
  Participant,
  PreviousVersion,
  SourceFailure,
  SourceIdentity,
  SourceInteraction,
  SourceMedium,
  Unavailable,
} from './interaction-source.ts';
export type { KeyWrapper } from './key-wrapper.ts';
export { makeFolders } from './make-folders.ts';
export { compareKeys, keyProblem, requireKey } from './object-key.ts';
export type {
  CallOptions,
  ChecksumKind,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Retention,
  StoreCapabilities,
  StoreErrorKind,
} from './object-store.ts';
export { inTime } from './in-time.ts';
export type { TimeLimit } from './in-time.ts';
export { orAborted } from './or-aborted.ts';
export { listInOrder } from './ordered-list.ts';
export type { OrderedListOptions } from './ordered-list.ts';
export { readPatiently } from './patient-reader.ts';
export { budgetFamilies } from './rate-budget.ts';
export type { BudgetRule, BudgetRules, BudgetSlot, OpenBudgets, RateBudgets } from './rate-budget.ts';
export { refused } from './refused.ts';
export { Secret } from './secret.ts';
export { Turns } from './turns.ts';

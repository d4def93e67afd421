export { startSimulator } from './start.ts';
export type { RunningSimulator, Simulator, SimulatorOptions } from './start.ts';
export { startPlatformSimulator } from './platform/start-platform.ts';
export type { PlatformSimulator } from './platform/start-platform.ts';
export type { KindStats, PlatformStats, RateStats } from './platform/platform-stats.ts';
export type {
  MediumState,
  PlatformTruth,
  PlatformTruthMedium,
  PlatformTruthRow,
} from './platform/platform-truth.ts';
export type { ResourceStats } from './platform/resource-watch.ts';
export type { FaultSettings, Family, TransientKind } from './fault-settings.ts';
export type { SettingsInput } from './settings.ts';
export type { FamilyStats, Stats } from './stats.ts';
export type { RowOptions, Truth, TruthRow, TruthTotals } from './truth.ts';
export type { Availability } from './refusals.ts';
export { parseByteRange, parseBytes } from './byte-size.ts';

export { startSimulator } from './start.ts';
export type { Simulator, SimulatorOptions } from './start.ts';
export type { FaultSettings, Family, TransientKind } from './fault-settings.ts';
export type { SettingsInput } from './settings.ts';
export type { FamilyStats, Stats } from './stats.ts';
export type { Truth, TruthRow } from './truth.ts';
export type { Availability } from './refusals.ts';
export { parseByteRange, parseBytes } from './byte-size.ts';

import { settingsSchema } from '../settings.ts';
import type { Settings } from '../settings.ts';
import { startSite } from '../start.ts';
import type { RunningSimulator, SimulatorOptions } from '../start.ts';
import type { RowOptions } from '../truth.ts';
import { PlatformSite } from './platform-site.ts';
import type { PlatformStats } from './platform-stats.ts';
import type { PlatformTruth, PlatformTruthRow } from './platform-truth.ts';
import { PlatformWorld } from './platform-world.ts';

/** Another name of 127.0.0.1: signed addresses have an origin of their own. */
const mediaHost = 'localhost';

/** A running simulator of the profile `platform`. */
export interface PlatformSimulator extends RunningSimulator {
  /** What a perfect archive would hold now. */
  truth(): PlatformTruth;
  /** The same, master contact by master contact. */
  truthRows(options?: RowOptions): Iterable<PlatformTruthRow>;
  /** What was asked of it so far. @param details whether every single thing is named */
  stats(details?: boolean): PlatformStats;
}

/**
 * Starts a tenant of the profile `platform` on 127.0.0.1. Throws a ZodError on a wrong setting, and the system's error
 * when the port is not free.
 */
export async function startPlatformSimulator({
  now,
  ...input
}: SimulatorOptions = {}): Promise<PlatformSimulator> {
  return startPlatform(settingsSchema.parse({ ...input, profile: 'platform' }), now ?? Date.now);
}

/** {@link startPlatformSimulator} with settings that have been read already. */
export async function startPlatform(settings: Settings, now: () => number): Promise<PlatformSimulator> {
  const world = new PlatformWorld(settings, now);
  const running = await startSite(new PlatformSite(world), mediaHost);
  return {
    ...running,
    truth: () => world.catchUp().truth.summary(),
    truthRows: (options) => world.catchUp().truth.rows(options),
    stats: (details) => world.stats.snapshot(details),
  };
}

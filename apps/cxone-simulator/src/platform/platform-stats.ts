import type { Stats } from '../stats.ts';
import type { PlatformWorld } from './platform-world.ts';
import type { ResourceStats } from './resource-watch.ts';

/** How often things of one kind were asked for. */
export interface KindStats {
  readonly requests: number;
  /** Different ones among them: contacts, files, addresses, … */
  readonly different: number;
  readonly mostForOne: number;
  /** Those of which the whole was given more than once. */
  readonly wholeTwice: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** The greatest number of requests that any stretch of `windowSeconds` saw, by the tenant's clock. */
export interface RateStats {
  readonly maxInWindow: number;
  readonly windowSeconds: number;
}

/** What the simulator was asked in the profile `platform`, as `GET /__stats` gives it. */
export interface PlatformStats extends Stats {
  /** By what was asked for: `completed`, `hierarchy`, `playback`, `media`, … */
  readonly kinds: Readonly<Record<string, KindStats>>;
  readonly playback: RateStats;
  /** The list and all that is asked of a contact there. */
  readonly acd: RateStats;
  readonly businessData: RateStats;
  /** With `?details=1`: by kind and id. */
  readonly resources?: Readonly<Record<string, ResourceStats>>;
}

/** @param details whether every single thing is named */
export function platformStats({ stats, watch, settings }: PlatformWorld, details = false): PlatformStats {
  const byKind = Map.groupBy(watch.of(), ([resource]) => resource.split(' ', 1)[0] ?? '');
  const kinds = [...byKind].map(([kind, of]) => [kind, summary(of.map(([, one]) => one))] as const);
  return {
    ...stats.snapshot(),
    kinds: Object.fromEntries(kinds),
    playback: {
      maxInWindow: watch.most('playback'),
      windowSeconds: settings.platform.playbackLimit.seconds,
    },
    acd: { maxInWindow: watch.most('acd'), windowSeconds: 1 },
    businessData: { maxInWindow: watch.most('businessData'), windowSeconds: 1 },
    ...(details ? { resources: Object.fromEntries(watch.of()) } : {}),
  };
}

function summary(all: readonly ResourceStats[]): KindStats {
  const statuses: Record<string, number> = {};
  for (const [status, count] of all.flatMap((one) => Object.entries(one.statuses))) {
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  return {
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    different: all.length,
    mostForOne: all.reduce((most, { requests }) => Math.max(most, requests), 0),
    wholeTwice: all.filter(({ whole }) => whole > 1).length,
    statuses,
  };
}

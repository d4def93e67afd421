import { StatsKeeper } from '../stats.ts';
import type { Stats } from '../stats.ts';
import { ResourceWatch } from './resource-watch.ts';
import type { Rate, ResourceStats } from './resource-watch.ts';

const second = 1000; // ms

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

/** Counts also what was asked for, thing by thing, and how full any stretch of time was. */
export class PlatformStatsKeeper extends StatsKeeper {
  readonly watch: ResourceWatch;
  readonly #playbackSeconds: number;

  /** @param playbackSeconds the window in which playback is limited */
  constructor(idOf: (index: number) => string, playbackSeconds: number) {
    super(idOf);
    this.#playbackSeconds = playbackSeconds;
    this.watch = new ResourceWatch(playbackSeconds * second);
  }

  override reset(): void {
    super.reset();
    this.watch.reset();
  }

  /** @param details whether every single thing is named */
  override snapshot(details = false): PlatformStats {
    const all = this.watch.all();
    const byKind = Map.groupBy(all, ([resource]) => resource.split(' ', 1)[0] ?? '');
    const kinds = [...byKind].map(([kind, of]) => [kind, summary(of.map(([, one]) => one))] as const);
    const rate = (name: Rate, windowSeconds: number) => ({
      maxInWindow: this.watch.most(name),
      windowSeconds,
    });
    return {
      ...super.snapshot(),
      kinds: Object.fromEntries(kinds),
      playback: rate('playback', this.#playbackSeconds),
      acd: rate('acd', 1),
      businessData: rate('businessData', 1),
      ...(details ? { resources: Object.fromEntries(all) } : {}),
    };
  }
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

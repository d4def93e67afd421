import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';

import { type Archive, createArchive, openArchive } from '../../src/archive.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { syncCatalog } from '../../src/catalog/sync.ts';
import type { RunOptions } from '../../src/run/options.ts';
import { runArchive } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/session.ts';
import { seededRandom } from '../../src/store-faults.ts';
import { Crash, CrashPoint, crashingSource, crashingStore } from './crash.ts';
import { ModelTenant } from './model-tenant.ts';
import { VirtualClock } from '../virtual-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
const keyFile = new Uint8Array(32).fill(7);

/**
 * One random history of a tenant and its archive: arrivals, edits, runs, crashes. The same seed, the same history.
 * `late`: all that real tenants do, over weeks. `punctual`: within a day, with no look-back to fall back on, so that
 * a rule which is broken is not mended by the next deep look.
 */
export class Schedule {
  readonly clock = new VirtualClock(Date.parse('2026-11-02T08:00:00.000Z'), { selfMoving: true });
  readonly store: ObjectStore = new MemoryStore({ now: () => this.clock.now() });
  readonly tenant: ModelTenant;
  readonly random: () => number;
  readonly #punctual: boolean;
  #catalog: Catalog | undefined;

  constructor(seed: number, flavour: 'late' | 'punctual') {
    this.random = seededRandom(seed);
    this.#punctual = flavour === 'punctual';
    this.tenant = new ModelTenant({
      clock: this.clock,
      random: this.random,
      skew: (this.random() - 0.5) * 8 * minute,
      resolution: this.random() < 0.5 ? 1_000 : 1,
      pageSize: 3 + Math.floor(this.random() * 4),
      punctual: this.#punctual,
    });
  }

  async archive(store = this.store): Promise<Archive> {
    return openArchive(store, { keyFile });
  }

  catalog(archive: Archive): Catalog {
    return (this.#catalog ??= Catalog.open(':memory:', archive.id));
  }

  /** A catalog built from the journal alone. */
  async freshCatalog(): Promise<Catalog> {
    const archive = await this.archive();
    const catalog = Catalog.open(':memory:', archive.id);
    await syncCatalog(archive, catalog);
    return catalog;
  }

  async start(): Promise<void> {
    await createArchive(this.store, { unlock: { keyFile }, clock: this.clock });
    for (let n = 0; n < 12; n += 1) {
      this.tenant.add();
      this.clock.jump(this.random() * 10 * minute);
    }
  }

  /** Busy days: the tenant moves, runs come at random times with random options, and some are killed. */
  async busyDays(): Promise<void> {
    this.tenant.trouble = 0.08;
    this.tenant.staleness = 0.15;
    this.tenant.onRequest = () => {
      this.#somethingHappens(0.05);
    };
    await this.#run({});
    for (let n = 0; n < 8; n += 1) {
      for (let m = 0; m < 5; m += 1) this.#somethingHappens(0.8);
      this.clock.jump(this.random() < 0.3 ? this.random() * minute : this.random() * this.#longestPause());
      if (this.random() < 0.45) await this.#killedRun();
      else await this.#run(this.#randomOptions());
    }
  }

  #longestPause(): number {
    return this.#punctual ? hour : 8 * hour;
  }

  /** Quiet weeks (or, for the punctual, hours) without faults, in which the archive catches up with everything. */
  async quietTime(): Promise<void> {
    this.tenant.trouble = 0;
    this.tenant.staleness = 0;
    this.tenant.onRequest = () => undefined;
    for (let n = 0; n < (this.#punctual ? 4 : 10); n += 1) {
      this.clock.jump(this.#punctual ? hour : 30 * hour);
      const { error } = await this.#run({});
      if (error !== undefined) throw new Error('a quiet run broke off', { cause: error });
    }
  }

  async run(options: Partial<RunOptions> = {}): Promise<RunResult> {
    return this.#run(options);
  }

  #somethingHappens(chance: number): void {
    if (this.random() >= chance) return;
    const what = this.random();
    if (what < 0.35) this.tenant.add();
    else if (what < 0.85) this.tenant.edit();
    else if (!this.#punctual) this.tenant.hide();
    this.clock.jump(this.random() * 400);
  }

  #randomOptions(): Partial<RunOptions> {
    const what = this.random();
    const ago = (ms: number): string => new Date(this.clock.now() - this.random() * ms).toISOString();
    if (what < 0.1) return { limit: 1 + Math.floor(this.random() * 5) };
    if (what < 0.2) return { since: ago(4 * hour) };
    if (what < 0.3) return { until: ago(4 * hour) };
    if (what < 0.4)
      return { interactions: [`i-${String(Math.floor(this.random() * this.tenant.interactions.size))}`] };
    if (what < 0.5) return { mark: false };
    if (what < 0.6) return { media: false };
    return {};
  }

  async #run(options: Partial<RunOptions>): Promise<RunResult> {
    const archive = await this.archive();
    return runArchive({ ...this.#base(archive), ...options });
  }

  #base(archive: Archive): RunOptions {
    return {
      archive,
      catalog: this.catalog(archive),
      source: this.tenant,
      clock: this.clock,
      tool: { name: 'cxvault', version: 'test' },
      archiveUrl: 'memory:',
      // without zlib's threads everything happens in an order that the seed decides
      compression: 'none',
      concurrency: 3,
      ...(this.#punctual && { lookBackMs: 0 }),
    };
  }

  /** A run that is killed at a random request; sometimes the cache folder is lost with it. */
  async #killedRun(): Promise<void> {
    const point = new CrashPoint(1 + Math.floor(this.random() * 120), this.random() < 0.5);
    const archive = await this.archive(crashingStore(this.store, point)).catch((error: unknown) => {
      if (!(error instanceof Crash) && !point.crashed) throw error;
      return undefined;
    });
    if (archive) {
      const options = { ...this.#base(archive), source: crashingSource(this.tenant, point) };
      await runArchive(options).catch((error: unknown) => {
        if (!point.crashed) throw error;
      });
    }
    if (this.random() < 0.3) this.#catalog = undefined;
    this.clock.jump(3 * minute); // the lock of the killed run is void after two
  }
}

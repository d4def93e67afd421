import { newId } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';

import { type Archive, createArchive, openArchive } from '../../src/archive.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { syncCatalog } from '../../src/catalog/sync.ts';
import { JournalWriter } from '../../src/journal.ts';
import type { RunOptions } from '../../src/run/options.ts';
import { planRun } from '../../src/run/plan.ts';
import { runArchive } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/run-start.ts';
import { seededRandom } from '../../src/store-faults.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { Crash, CrashPoint, crashingSource, crashingStore } from './crash.ts';
import { markedTooEarly } from './expectations.ts';
import { ModelTenant } from './model-tenant.ts';

const minute = 60_000;
const hour = 60 * minute;
const keyFile = new Uint8Array(32).fill(7);

/** Stands for all that a report must not tell. */
export const modelSecret = 'X-Amz-Signature=0123';
export const hideSecrets = (text: string): string => text.replaceAll(modelSecret, '**redacted**');
const tool = { name: 'cxvault', version: 'test' };

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
  /** What went wrong on the way. */
  readonly problems: string[] = [];
  /** When an interaction was erased. */
  readonly erased = new Map<string, string>();
  lookBack: Pick<RunOptions, 'lookBackMs'>;
  readonly #punctual: boolean;
  #catalog: Catalog | undefined;

  constructor(seed: number, flavour: 'late' | 'punctual') {
    this.random = seededRandom(seed);
    this.#punctual = flavour === 'punctual';
    this.lookBack = this.#punctual ? { lookBackMs: 0 } : {};
    this.tenant = new ModelTenant({
      clock: this.clock,
      random: this.random,
      skew: (this.random() - 0.5) * 8 * minute,
      resolution: this.random() < 0.5 ? 1_000 : 1,
      // fast: much happens within the second in which listing began
      pace: this.random() < 0.5 ? 300 : 20,
      pageSize: 3 + Math.floor(this.random() * 4),
      settlingLag: this.#punctual && this.random() < 0.5 ? 10 * minute : 0,
      punctual: this.#punctual,
    });
    // the right to media that comes when their absence is final already
    if (!this.#punctual && this.random() < 0.15) this.tenant.mediaAllowedFrom = this.clock.now() + 200 * hour;
    this.tenant.onMark = (id) => {
      this.#checkMark(id);
    };
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
    await this.#busyRun({});
    for (let n = 0; n < 8; n += 1) {
      for (let m = 0; m < 5; m += 1) this.#somethingHappens(0.8);
      this.clock.jump(this.random() < 0.3 ? this.random() * minute : this.random() * this.#longestPause());
      await this.#anyRun();
      if (n === 4) await this.erase(`i-${String(Math.floor(this.random() * 12))}`);
    }
  }

  #longestPause(): number {
    return this.#punctual ? hour : 8 * hour;
  }

  async #anyRun(): Promise<void> {
    const what = this.random();
    if (what < 0.3) await this.#killedRun();
    else if (what < 0.36) await this.#blindRun();
    else if (what < 0.46) await this.#unreachableRun();
    else if (what < 0.5) await this.#dryRun();
    else await this.#busyRun(this.#randomOptions());
  }

  /** Quiet weeks (or, for the punctual, hours) without faults, in which the archive catches up with everything. */
  async quietTime(): Promise<void> {
    this.tenant.trouble = 0;
    this.tenant.staleness = 0;
    this.tenant.onRequest = () => undefined;
    for (const one of this.tenant.interactions.values())
      if (one.hiddenUntil === Infinity) this.tenant.closeAgain(one);
    for (let n = 0; n < (this.#punctual ? 4 : 12); n += 1) {
      this.clock.jump(this.#punctual ? hour : 30 * hour);
      const { error } = await this.run({});
      if (error !== undefined) throw new Error('a quiet run broke off', { cause: error });
    }
    const before = this.tenant.fetched.length;
    await this.run({});
    if (this.tenant.fetched.length > before) this.problems.push('fetched again what had not moved');
  }

  async run(options: Partial<RunOptions> = {}): Promise<RunResult> {
    const archive = await this.archive();
    return runArchive({ ...this.base(archive), ...options });
  }

  #somethingHappens(chance: number): void {
    if (this.random() >= chance) return;
    const what = this.random();
    if (what < 0.35) this.tenant.add();
    else if (what < 0.75) this.tenant.edit();
    else if (what < 0.9 || this.#punctual) this.tenant.reopen();
    else this.tenant.hide();
    this.clock.jump(this.random() * 400);
  }

  #randomOptions(): Partial<RunOptions> {
    const what = this.random();
    const ago = (ms: number): string => new Date(this.clock.now() - this.random() * ms).toISOString();
    if (what < 0.15) return { limit: 1 + Math.floor(this.random() * 5) };
    if (what < 0.3) return { since: ago(4 * hour) };
    if (what < 0.4) return { until: ago(4 * hour) };
    if (what < 0.6)
      return { interactions: [`i-${String(Math.floor(this.random() * this.tenant.interactions.size))}`] };
    if (what < 0.7) return { mark: false };
    if (what < 0.8) return { media: false };
    return {};
  }

  base(archive: Archive): RunOptions {
    return {
      archive,
      catalog: this.catalog(archive),
      source: this.tenant,
      clock: this.clock,
      tool,
      archiveUrl: 'memory:',
      hideSecrets,
      // without zlib's threads everything happens in an order that the seed decides
      compression: 'none',
      concurrency: 3,
      settlingLagMs: this.tenant.options.settlingLag,
      ...this.lookBack,
    };
  }

  /** Whatever fails for a while, a run goes through to its end. */
  async #busyRun(options: Partial<RunOptions>): Promise<void> {
    const { error } = await this.run(options);
    if (error !== undefined)
      this.problems.push(`a run broke off: ${error instanceof Error ? error.message : 'oddly'}`);
  }

  /** A run whose login sees nothing. */
  async #blindRun(): Promise<void> {
    this.tenant.blind = true;
    const { error } = await this.run();
    this.tenant.blind = false;
    const known = this.#catalog?.interactionCount() ?? 0;
    if (known > 0 && error === undefined) this.problems.push('an empty list was believed');
  }

  /** A run in which the tenant stops to answer. */
  async #unreachableRun(): Promise<void> {
    this.tenant.requestsLeft = 1 + Math.floor(this.random() * 40);
    await this.run();
    this.tenant.requestsLeft = Infinity;
  }

  async #dryRun(): Promise<void> {
    const before = await this.stored();
    const archive = await this.archive();
    await planRun(this.base(archive));
    if ((await this.stored()).join() !== before.join()) this.problems.push('a dry run wrote something');
  }

  /** The names of all objects. */
  async stored(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list('', {})) keys.push(key);
    return keys;
  }

  /** A run that is killed at a random request; sometimes the cache folder is lost with it. */
  async #killedRun(): Promise<void> {
    const point = new CrashPoint(1 + Math.floor(this.random() * 120), this.random() < 0.5);
    const archive = await this.archive(crashingStore(this.store, point)).catch((error: unknown) => {
      if (!(error instanceof Crash) && !point.crashed) throw error;
      return undefined;
    });
    if (archive) {
      const options = { ...this.base(archive), source: crashingSource(this.tenant, point) };
      await runArchive(options).catch((error: unknown) => {
        if (!point.crashed) throw error;
      });
    }
    this.problems.push(...(await markedTooEarly(this)).map((id) => `${id}: marked before it was journalled`));
    if (this.random() < 0.3) this.#catalog = undefined;
    this.clock.jump(3 * minute); // the lock of the killed run is void after two
  }

  /** Erases an interaction as the journal tells it. */
  async erase(id: string): Promise<void> {
    const catalog = await this.freshCatalog();
    const at = new Date(this.clock.now()).toISOString();
    const writer = new JournalWriter(await this.archive(), {
      runId: newId(),
      source: this.tenant.identity,
      heads: catalog.tips(),
      tool,
      clock: this.clock,
    });
    await writer.append(
      { erased: [{ interaction_id: id, objects: [], at, reason: 'asked' }] },
      { final: true },
    );
    catalog.close();
    this.erased.set(id, at);
    this.tenant.edit(this.tenant.interactions.get(id));
  }

  #checkMark(id: string): void {
    const outcome = this.#catalog?.markOutcome(id);
    if (outcome === 'sent' || outcome === 'refused')
      this.problems.push(`${id}: marked though it was ${outcome}`);
    if (this.erased.has(id)) this.problems.push(`${id}: marked though it is erased`);
  }
}

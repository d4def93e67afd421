import { Catalog, createArchive, openArchive, runArchive, syncCatalog, verifyArchive } from '@cxvault/core';
import type { Archive, RunOptions, RunReport, Version } from '@cxvault/core';
import { createSourceFactory } from '@cxvault/cxone-connector';
import {
  type PlatformSimulator,
  type PlatformTruthRow,
  type SimulatorOptions,
  startPlatformSimulator,
} from '@cxvault/cxone-simulator';
import type { InteractionSource, RateBudgets } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';

import { VirtualClock } from '../../packages/core/test/virtual-clock.ts';

const unlock = { keyFile: new Uint8Array(32).fill(5) };
const minute = 60_000;

/** No limits: what the budgets do has its own tests. */
const budgets: RateBudgets = {
  acquire: () => Promise.resolve({ done: () => undefined }),
  close: () => undefined,
};

/** A tenant of the profile `platform` and its archive, over weeks that take no time: one clock for both. */
export class PlatformWeeks implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly tenant: PlatformSimulator;
  readonly #source: InteractionSource;
  readonly #archive: Archive;
  readonly #catalog: Catalog;

  private constructor(
    clock: VirtualClock,
    tenant: PlatformSimulator,
    source: InteractionSource,
    archive: Archive,
  ) {
    this.clock = clock;
    this.tenant = tenant;
    this.#source = source;
    this.#archive = archive;
    this.#catalog = Catalog.open(':memory:', archive.id);
  }

  static async open(options: SimulatorOptions): Promise<PlatformWeeks> {
    const clock = new VirtualClock(Date.parse('2026-03-02T08:00:00.000Z'), { selfMoving: true });
    const now = (): number => clock.now();
    const tenant = await startPlatformSimulator({ ...options, now });
    const source = await createSourceFactory({
      clock: { now, monotonic: now, sleep: (ms, signal) => clock.sleep(ms, signal) },
    }).open('platform', {
      settings: {},
      env: {
        CXONE_ISSUER: tenant.url,
        CXONE_CLIENT_ID: 'demo-client',
        CXONE_CLIENT_SECRET: 'demo-secret',
        CXONE_ACCESS_KEY_ID: 'demo-access-key',
        CXONE_ACCESS_KEY_SECRET: 'demo-access-secret',
      },
      openBudgets: () => budgets,
      log: () => undefined,
    });
    const store = new MemoryStore({ now });
    await createArchive(store, { unlock, clock });
    return new PlatformWeeks(clock, tenant, source, await openArchive(store, unlock));
  }

  /** A run as it is scheduled: with the settling lag of 45 minutes. */
  async run(options: Partial<RunOptions> = {}): Promise<RunReport> {
    const { report, error } = await runArchive({
      archive: this.#archive,
      catalog: this.#catalog,
      source: this.#source,
      clock: this.clock,
      tool: { name: 'cxvault', version: 'test' },
      archiveUrl: 'memory:',
      hideSecrets: (text) => text,
      settlingLagMs: 45 * minute,
      ...options,
    });
    if (error !== undefined) throw new Error('the run broke off', { cause: error });
    return report;
  }

  /** Adds a contact that ends now; returns its id. */
  async add(shape: Readonly<Record<string, unknown>>): Promise<string> {
    const ids = await this.#control<{ ids: string[] }>('add', { count: 1, shape });
    const [id] = ids.ids;
    if (id === undefined) throw new Error('nothing was added');
    return id;
  }

  async edit(id: string, change: string): Promise<void> {
    await this.#control('edit', { id, change });
  }

  /** What the archive has of an interaction now. */
  async version(id: string): Promise<Version | undefined> {
    await syncCatalog(this.#archive, this.#catalog);
    return this.#catalog.latest(id);
  }

  /** Calls to the API since `before`, by family. */
  calls(before: Readonly<Record<string, number>> = {}): Record<string, number> {
    const { requests } = this.tenant.stats();
    return Object.fromEntries(
      Object.entries(requests).map(([family, count]) => [family, count - (before[family] ?? 0)]),
    );
  }

  truthOf(id: string): PlatformTruthRow {
    for (const row of this.tenant.truthRows({ hidden: true, hashes: true })) if (row.id === id) return row;
    throw new Error(`the tenant has no ${id}`);
  }

  /** Interactions by what became of their mark. */
  marks(): { readonly sent: number; readonly refused: number; readonly nothing_to_mark: number } {
    return this.#catalog.statistics(new Date(this.clock.now()).toISOString()).marks;
  }

  async isWhole(): Promise<boolean> {
    const report = await verifyArchive(this.#archive, {
      archive: 'memory:',
      depth: 'full',
      clock: this.clock,
    });
    return report.ok;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#catalog.close();
    await this.#source.close();
    await this.tenant.close();
  }

  async #control<T>(what: string, body: unknown): Promise<T> {
    const answer = await fetch(`${this.tenant.url}/__${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

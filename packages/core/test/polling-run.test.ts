import { beforeEach, describe, expect, it } from '@jest/globals';
import type { InteractionSource, ListWindow, ObjectStore } from '@cxvault/plugin-api';

import { PollingRun, type PassResult } from '../src/run/polling-run.ts';
import { withFaults } from '../src/store-faults.ts';
import { brokenPromises } from './model/expectations.ts';
import { newInteraction } from './model/model-interaction.ts';
import type { ModelTenant } from './model/model-tenant.ts';
import { hideSecrets, Schedule } from './model/schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const tool = { name: 'cxvault', version: 'test' };
const schedules = Number(process.env['CXVAULT_SCHEDULES'] ?? 8);
const firstSeed = Number(process.env['CXVAULT_SEED'] ?? 20_261_124);

/** A polling run over a schedule's tenant. */
class Polling {
  readonly schedule: Schedule;
  readonly #store: ObjectStore;
  #run: PollingRun | undefined;

  constructor(schedule: Schedule, store = schedule.store) {
    this.schedule = schedule;
    this.#store = store;
  }

  async pass(
    options: { readonly since?: string; readonly source?: InteractionSource } = {},
  ): Promise<PassResult> {
    const run = (this.#run ??= await this.open());
    const { tenant, lookBack } = this.schedule;
    const result = await run.pass({
      source: tenant,
      compression: 'none',
      concurrency: 3,
      settlingLagMs: tenant.options.settlingLag,
      ...lookBack,
      ...options,
    });
    if (!run.canGoOn) {
      await run[Symbol.asyncDispose]();
      this.#run = undefined;
    }
    return result;
  }

  async open(): Promise<PollingRun> {
    const place = await this.schedule.archive(this.#store);
    const { clock } = this.schedule;
    return await PollingRun.open({
      archive: place,
      catalog: this.schedule.catalog(place),
      clock,
      tool,
      archiveUrl: 'memory:',
      hideSecrets,
    });
  }

  get run(): PollingRun {
    if (!this.#run) throw new Error('there is no run');
    return this.#run;
  }

  async end(): Promise<ReturnType<PollingRun['end']>> {
    const result = await this.run.end({ archivedRecords: true });
    await this.run[Symbol.asyncDispose]();
    return result;
  }
}

async function keysUnder(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

/** The tenant, and which windows it was asked to list. */
function listening(tenant: ModelTenant, listed: ListWindow[]): InteractionSource {
  return {
    lanes: tenant.lanes,
    check: () => tenant.check(),
    now: () => tenant.now(),
    list: (window) => {
      listed.push(window);
      return tenant.list();
    },
    fetch: (id) => tenant.fetch(id),
    openMedia: (id, medium) => tenant.openMedia(id, medium),
    mark: (id) => tenant.mark(id),
    callCounts: () => tenant.callCounts(),
    close: () => tenant.close(),
  };
}

describe('a run that keeps polling', () => {
  let schedule: Schedule;
  let polling: Polling;
  beforeEach(async () => {
    schedule = new Schedule(1, 'punctual');
    await schedule.start();
    polling = new Polling(schedule);
  });

  it('writes at most one entry an hour while there is nothing new', async () => {
    for (let n = 0; n < 5; n += 1) {
      await polling.pass();
      schedule.clock.jump(2 * minute);
    }
    const before = (await keysUnder(schedule.store, 'runs/')).length;
    for (let n = 0; n < 6 * 60; n += 1) {
      expect((await polling.pass()).error).toBeUndefined();
      schedule.clock.jump(minute);
    }
    const written = (await keysUnder(schedule.store, 'runs/')).length - before;
    expect(written).toBeGreaterThanOrEqual(5);
    expect(written).toBeLessThanOrEqual(6);
    const lag = schedule.clock.now() - Date.parse(polling.run.lowWaterMark(['update']) ?? '');
    expect(lag).toBeLessThan(10 * minute + 5 * minute); // what is held counts, less skew and settling
    expect((await polling.end()).error).toBeUndefined();
    const runs = new Set((await keysUnder(schedule.store, 'runs/')).map((key) => key.split('/')[1]));
    expect(runs.size).toBe(1);
  });

  it('does not write an entry in each pass for a failure that stays', async () => {
    await polling.pass();
    const { clock, tenant } = schedule;
    const refused = newInteraction(
      'i-refused',
      clock.now(),
      clock.now() + tenant.options.skew,
      tenant.options,
    );
    const broken = { ...refused, refusal: { status: 503, until: Infinity }, visibleAt: 0 } as const;
    tenant.interactions.set('i-refused', broken);
    for (let n = 0; n < 10; n += 1) {
      clock.jump(minute);
      await polling.pass();
    }
    const before = (await keysUnder(schedule.store, 'runs/')).length;
    for (let n = 0; n < 180; n += 1) {
      clock.jump(minute);
      await polling.pass();
    }
    expect((await keysUnder(schedule.store, 'runs/')).length - before).toBeLessThanOrEqual(12);
    expect(polling.run.report().failed_archives).toBe(1);
  });

  it.each(['failBefore', 'failAfter'] as const)(
    'goes on under a new id when it cannot tell whether an entry is there: %s',
    async (fault) => {
      let armed = false;
      const flaky = withFaults(schedule.store, {
        [fault]: 1,
        random: () => 0,
        only: (operation, key) => armed && operation === 'put' && key.startsWith('runs/'),
      });
      polling = new Polling(schedule, flaky);
      await polling.pass();
      const { runId } = polling.run;
      schedule.tenant.add();
      schedule.clock.jump(15 * minute);
      armed = true;
      expect((await polling.pass()).error).toBeDefined();
      armed = false;
      expect((await polling.pass()).error).toBeUndefined();
      expect(polling.run.runId).not.toBe(runId);
      expect((await polling.end()).error).toBeUndefined();
      await schedule.quietTime();
      expect(await brokenPromises(schedule)).toEqual([]);
    },
  );

  it('counts --since for its first pass, and does not list the whole period each time', async () => {
    const since = new Date(schedule.clock.now() - 24 * hour).toISOString();
    await polling.pass({ since });
    schedule.clock.jump(5 * minute);
    await polling.pass({ since });
    schedule.clock.jump(5 * minute);
    const listed: ListWindow[] = [];
    await polling.pass({ since, source: listening(schedule.tenant, listed) });
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.every(({ from }) => from > since)).toBe(true);
    const result = await polling.end();
    expect(result.report.windows).toHaveLength(1);
    expect(result.report.windows[0]?.from).toBe(since);
  });

  it.each(['late', 'punctual'] as const)(
    `loses nothing in ${String(schedules)} random histories from seed ${String(firstSeed)} on: %s`,
    async (flavour) => {
      const problems: string[] = [];
      for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
        const found = await history(new Schedule(seed, flavour));
        problems.push(...found.map((problem) => `seed ${String(seed)}: ${problem}`));
      }
      expect(problems).toEqual([]);
    },
    600_000,
  );
});

/** Busy hours under a polling run, with outages, then quiet ones in which the archive catches up. */
async function history(schedule: Schedule): Promise<string[]> {
  const { tenant, clock, random } = schedule;
  await schedule.start();
  const polling = new Polling(schedule);
  tenant.trouble = 0.05;
  tenant.staleness = 0.1;
  for (let n = 0; n < 60; n += 1) {
    if (random() < 0.4) tenant.add();
    if (random() < 0.4) tenant.edit();
    clock.jump(random() * 3 * minute);
    tenant.requestsLeft = random() < 0.1 ? Math.floor(random() * 20) : Infinity;
    await polling.pass();
  }
  tenant.requestsLeft = Infinity;
  tenant.trouble = 0;
  await polling.pass();
  await polling.end();
  await schedule.quietTime();
  return await brokenPromises(schedule);
}

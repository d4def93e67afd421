import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { BudgetRules, RateBudgets } from '@cxvault/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { systemClock } from '../src/clock.ts';
import { openRateBudgets } from '../src/rate-budgets.ts';
import { RateState } from '../src/rate-state.ts';
import { seededRandom } from '../src/store-faults.ts';
import { CountingServer } from './rate-model.ts';
import { VirtualClock } from './virtual-clock.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-rate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const newFile = (): string => join(folder, `${String((files += 1))}.sqlite`);
const tenant = { issuer: 'https://issuer.example', tenant: 't1' };

function open(clock: VirtualClock, rules: BudgetRules, file = ':memory:'): RateBudgets {
  return openRateBudgets({ file, clock, random: () => 0.5 })({ ...tenant, rules });
}

const ok = { status: 200 };

describe('the shared state', () => {
  it('reads the clock only once the database is its own: what others wrote meanwhile is not in the future', () => {
    const file = newFile();
    const state = new RateState(file);
    const other = new DatabaseSync(file, { timeout: 0 });
    const clock = (): number => {
      expect(() => {
        other.exec('BEGIN IMMEDIATE');
      }).toThrow('locked');
      return 1_000;
    };
    state.take('f', { limit: 1, perMs: 1_000 }, clock, 0);
    state.throttle('f', { limit: 1, perMs: 1_000 }, 0, clock, () => 0);
    expect.assertions(2);
    other.close();
    state.close();
  });
});

describe('a budget', () => {
  it('is never exceeded as the server sees it, with several processes and any latency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 200, max: 5_000 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer(),
        fc.boolean(),
        async (limit, perMs, processes, latency, seed, even) => {
          const clock = new VirtualClock();
          const random = seededRandom(seed);
          const server = new CountingServer();
          const file = newFile();
          const budgets = Array.from({ length: processes }, () =>
            open(clock, { f: { limit, perMs, even } }, file),
          );
          const request = async (budget: RateBudgets): Promise<void> => {
            const slot = await budget.acquire('f');
            await clock.sleep(random() * latency);
            server.arrive(clock.now());
            await clock.sleep(random() * latency);
            slot.done(random() < 0.1 ? { status: 429, retryAfter: '0' } : ok);
          };
          const work = Array.from({ length: 40 }, (_, n) =>
            request(budgets[n % processes] ?? open(clock, {})),
          );
          await clock.run(Promise.all(work));
          for (const budget of budgets) budget.close();
          expect(server.arrivals).toHaveLength(40);
          expect(server.busiest(perMs)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 25 },
    );
  }, 30_000);

  it('is used to 98 % when there is enough to do', async () => {
    for (const [limit, perMs, latency] of [
      [10, 1_000, 80],
      [50, 1_000, 200],
      [120, 300_000, 900],
    ] as const) {
      const clock = new VirtualClock();
      const budget = open(clock, { f: { limit, perMs } });
      const requests = limit * 20;
      const start = clock.now();
      const worker = async (queue: { left: number }): Promise<void> => {
        for (; queue.left > 0;) {
          queue.left -= 1;
          const slot = await budget.acquire('f');
          await clock.sleep(latency);
          slot.done(ok);
        }
      };
      const queue = { left: requests };
      await clock.run(Promise.all(Array.from({ length: limit }, () => worker(queue))));
      // a slot serves one request in a period, its margin and its latency
      const ideal = (requests / limit) * (perMs + 50 + latency) - perMs - 50;
      expect((clock.now() - start) / ideal).toBeLessThan(1.02);
      budget.close();
    }
  }, 20_000);

  it('serves one process in the order of asking', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 2, perMs: 1_000 } });
    const order: number[] = [];
    const ask = async (n: number): Promise<void> => {
      const slot = await budget.acquire('f');
      order.push(n);
      slot.done(ok);
    };
    await clock.run(Promise.all(Array.from({ length: 9 }, (_, n) => ask(n))));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('frees a slot a period and 50 ms after its response, not before', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 1, perMs: 1_000 } });
    const first = await budget.acquire('f');
    let given = false;
    const second = budget.acquire('f').then((slot) => {
      given = true;
      return slot;
    });
    await clock.advance(5_000);
    expect(given).toBe(false);
    first.done(ok);
    await clock.advance(1_049);
    expect(given).toBe(false);
    await clock.advance(2);
    expect(given).toBe(true);
    (await second).done(ok);
  });

  it('keeps families, tenants and issuers apart', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const openFor = openRateBudgets({ file, clock });
    const rules = { a: { limit: 1, perMs: 1_000 }, b: { limit: 1, perMs: 1_000 } };
    const one = openFor({ ...tenant, rules });
    const two = openFor({ ...tenant, tenant: 't2', rules });
    const three = openFor({ ...tenant, issuer: 'https://other.example', rules });
    const before = clock.now();
    for (const budgets of [one, two, three]) for (const family of ['a', 'b']) await budgets.acquire(family);
    expect(clock.now()).toBe(before);
    await expect(one.acquire('c')).rejects.toMatchObject({ code: 'INTERNAL' });
    for (const budgets of [one, two, three]) budgets.close();
  });

  it('is remembered over restarts', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { f: { limit: 3, perMs: 60_000 } };
    const first = open(clock, rules, file);
    for (let n = 0; n < 3; n += 1) (await first.acquire('f')).done(ok);
    first.close();
    const second = open(clock, rules, file);
    const start = clock.now();
    await clock.run(second.acquire('f'));
    expect(clock.now() - start).toBe(60_050);
    second.close();
  });

  it('gets slots back whose requests were under way when it was closed', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { f: { limit: 1, perMs: 1_000 } };
    const first = open(clock, rules, file);
    const slot = await first.acquire('f');
    first.close();
    slot.done(ok);
    const second = open(clock, rules, file);
    const start = clock.now();
    await clock.run(second.acquire('f'));
    expect(clock.now() - start).toBe(1_550); // the server may come to see it late
    second.close();
  });

  it('waits no longer than a period when the clock was set back', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 1, perMs: 1_000 } });
    (await budget.acquire('f')).done(ok);
    clock.set(clock.now() - 86_400_000);
    const start = clock.now();
    await clock.run(budget.acquire('f'));
    expect(clock.now() - start).toBeLessThanOrEqual(1_550);
  });

  it('frees a slot half a second later when there was no answer: a busy server sees the request late', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 1, perMs: 1_000 } });
    (await budget.acquire('f')).done();
    const start = clock.now();
    await clock.run(budget.acquire('f'));
    expect(clock.now() - start).toBe(1_550);
  });

  it('spaces slow requests evenly, the first one gap after start, restarts included', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { media: { limit: 120, perMs: 300_000, even: true } };
    const start = clock.now();
    const times: number[] = [];
    for (let restart = 0; restart < 3; restart += 1) {
      const budget = open(clock, rules, file);
      for (let n = 0; n < 3; n += 1) {
        const slot = await clock.run(budget.acquire('media'));
        times.push(clock.now() - start);
        slot.done(ok);
      }
      budget.close();
    }
    expect(times).toEqual([2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 17_500, 20_000, 22_500]);
  });

  it('without limit costs no time and no file, thousands a second', async () => {
    const file = join(folder, 'never', 'made.sqlite');
    const budget = openRateBudgets({ file, clock: systemClock })({
      ...tenant,
      rules: { f: { limit: 0, perMs: 1 } },
    });
    const start = performance.now();
    for (let n = 0; n < 20_000; n += 1) (await budget.acquire('f')).done(ok);
    expect(20_000 / (performance.now() - start)).toBeGreaterThan(5);
    budget.close();
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses rules that make no sense, and a file that is no database', async () => {
    const clock = new VirtualClock();
    expect(() => open(clock, { f: { limit: -1, perMs: 1_000 } })).toThrow('whole number');
    expect(() => open(clock, { f: { limit: 1, perMs: 0 } })).toThrow('whole number');
    const file = newFile();
    await writeFile(file, 'this is no database, but long enough to be taken for one'.repeat(40));
    await expect(open(clock, { f: { limit: 1, perMs: 1 } }, file).acquire('f')).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
    });
  });
});

describe('waiting for a slot', () => {
  it('ends at once when it is aborted, and does not cost the others their turn', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 1, perMs: 1_000 } });
    (await budget.acquire('f')).done(ok);
    const stop = new AbortController();
    const reason = new Error('stopped');
    const aborted = budget.acquire('f', { signal: stop.signal });
    const other = budget.acquire('f');
    stop.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const start = clock.now();
    await clock.run(other);
    expect(clock.now() - start).toBe(1_050);
    await expect(budget.acquire('f', { signal: stop.signal })).rejects.toBe(reason);
  });

  it('leaves no timer behind when nobody waits any more', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 1, perMs: 1_000 } });
    await budget.acquire('f');
    const stop = new AbortController();
    const aborted = budget.acquire('f', { signal: stop.signal });
    await clock.advance(0);
    expect(clock.sleeping).toBe(1);
    stop.abort();
    await expect(aborted).rejects.toThrow();
    expect(clock.sleeping).toBe(0);
    const waiting = budget.acquire('f');
    budget.close();
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a throttled answer', () => {
  const acquireAfter = async (clock: VirtualClock, budget: RateBudgets): Promise<number> => {
    const start = clock.now();
    (await clock.run(budget.acquire('f'))).done(ok);
    return clock.now() - start;
  };
  const throttled = async (
    limit: number,
    response: { status: number; retryAfter?: string; date?: string },
  ): Promise<{ clock: VirtualClock; budget: RateBudgets }> => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit, perMs: 1_000 } });
    (await budget.acquire('f')).done(response);
    return { clock, budget };
  };

  it.each([0, 100])('closes the gate for Retry-After, limit %d', async (limit) => {
    for (const [status, retryAfter, waitMs] of [
      [429, '7', 7_000],
      [503, '2.5', 2_500],
      [429, '999999', 900_000],
    ] as const) {
      const { clock, budget } = await throttled(limit, { status, retryAfter });
      expect(await acquireAfter(clock, budget)).toBe(waitMs);
    }
  });

  it('measures a date against the answer’s own date', async () => {
    const response = {
      status: 429,
      retryAfter: 'Wed, 01 Jan 2020 00:00:30 GMT',
      date: 'Wed, 01 Jan 2020 00:00:10 GMT',
    };
    const { clock, budget } = await throttled(100, response);
    expect(await acquireAfter(clock, budget)).toBe(20_000);
  });

  it('takes a date in the past, or nonsense, for no long wait', async () => {
    const past = {
      status: 429,
      retryAfter: 'Wed, 01 Jan 2020 00:00:10 GMT',
      date: 'Wed, 01 Jan 2020 00:00:30 GMT',
    };
    const gone = await throttled(100, past);
    expect(await acquireAfter(gone.clock, gone.budget)).toBe(0);
    const nonsense = await throttled(100, { status: 429, retryAfter: '-5' });
    expect(await acquireAfter(nonsense.clock, nonsense.budget)).toBe(500);
  });

  it.each([0, 100])(
    'without Retry-After backs off exponentially until a success, limit %d',
    async (limit) => {
      const clock = new VirtualClock();
      const budget = open(clock, { f: { limit, perMs: 1 } });
      const waits: number[] = [];
      for (let n = 0; n < 8; n += 1) {
        const start = clock.now();
        const slot = await clock.run(budget.acquire('f'));
        waits.push(clock.now() - start);
        slot.done({ status: 429 });
      }
      expect(waits).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
      (await clock.run(budget.acquire('f'))).done(ok);
      (await clock.run(budget.acquire('f'))).done({ status: 429 });
      expect(await acquireAfter(clock, budget)).toBe(500);
    },
  );

  it('closes the gate of the whole family in every process', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { f: { limit: 100, perMs: 1_000 }, g: { limit: 100, perMs: 1_000 } };
    const [one, two] = [open(clock, rules, file), open(clock, rules, file)];
    (await one.acquire('f')).done({ status: 429, retryAfter: '30' });
    const start = clock.now();
    await two.acquire('g');
    expect(clock.now()).toBe(start);
    await clock.run(two.acquire('f'));
    expect(clock.now() - start).toBe(30_000);
    one.close();
    two.close();
  });

  it('halves the rate once for requests under way together, and it recovers by a tenth a period', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 40, perMs: 1_000 } });
    const burst = async (): Promise<number> => {
      let given = 0;
      const stop = new AbortController();
      const slots = Array.from({ length: 50 }, async () => {
        const slot = await budget.acquire('f', { signal: stop.signal });
        given += 1;
        return slot;
      });
      await clock.advance(0);
      stop.abort();
      for (const slot of await Promise.allSettled(slots))
        if (slot.status === 'fulfilled') slot.value.done(ok);
      return given;
    };
    const together = await Promise.all(Array.from({ length: 10 }, () => budget.acquire('f')));
    await clock.advance(10);
    for (const slot of together) slot.done({ status: 429, retryAfter: '5' });
    await clock.advance(5_000);
    expect(await burst()).toBe(20);
    await clock.advance(1_050);
    // 0.5 + 0.105
    expect(await burst()).toBe(24);
    await clock.advance(10_000);
    expect(await burst()).toBe(40);
  });

  it('never stops the rate altogether', async () => {
    const clock = new VirtualClock();
    const budget = open(clock, { f: { limit: 4, perMs: 1_000 } });
    for (let n = 0; n < 20; n += 1) {
      (await clock.run(budget.acquire('f'))).done({ status: 429, retryAfter: '0' });
    }
    expect(await acquireAfter(clock, budget)).toBeLessThanOrEqual(1_050);
  });
});

describe('30 minutes without one success', () => {
  const rules = (limit: number): BudgetRules => ({ f: { limit, perMs: 1_000 } });

  it.each([0, 5])('end the waiting, limit %d', async (limit) => {
    const clock = new VirtualClock();
    const budget = open(clock, rules(limit));
    const start = clock.now();
    const keepTrying = async (): Promise<never> => {
      for (;;) (await budget.acquire('f')).done({ status: 503, retryAfter: '600' });
    };
    await expect(clock.run(keepTrying())).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(clock.now() - start).toBe(1_800_000);
  });

  it('are counted from the first failure after the last success, here or in another process', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const [one, two] = [open(clock, rules(5), file), open(clock, rules(5), file)];
    const fail = async (): Promise<void> => {
      (await clock.run(one.acquire('f'))).done();
    };
    for (let n = 0; n < 3; n += 1) {
      await fail();
      await clock.advance(600_000);
    }
    (await clock.run(two.acquire('f'))).done(ok);
    await clock.advance(1);
    await fail();
    one.close();
    two.close();
  });

  it('are not made of a failure long ago and a pause', async () => {
    for (const pauseMs of [7_200_000, 1_500_000]) {
      const clock = new VirtualClock();
      const budget = open(clock, rules(5));
      (await budget.acquire('f')).done({ status: 500 });
      await clock.advance(pauseMs);
      (await budget.acquire('f')).done({ status: 500 });
      await clock.advance(600_000);
      (await budget.acquire('f')).done(ok);
    }
  });
});

describe('with other processes', () => {
  it('frees the slots of one that died, a period and 550 ms after it is noticed', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { f: { limit: 2, perMs: 1_000 } };
    const first = open(clock, rules, file);
    await first.acquire('f');
    await first.acquire('f');
    // what a killed process leaves: rows of a pid that is free, and of an earlier start of the machine
    const database = new DatabaseSync(file);
    const child = spawn(process.execPath, ['-e', '']);
    const pid = child.pid ?? 0;
    await new Promise((resolve) => child.once('exit', resolve));
    database.exec(`UPDATE slot SET pid = ${String(pid)} WHERE id = 1`);
    database.exec("UPDATE slot SET boot_id = 'earlier' WHERE id = 2");
    database.close();
    const second = open(clock, rules, file);
    const start = clock.now();
    await clock.run(Promise.all([second.acquire('f'), second.acquire('f')]));
    expect(clock.now() - start).toBeGreaterThanOrEqual(1_550);
    expect(clock.now() - start).toBeLessThanOrEqual(2_100);
    second.close();
  });

  it('keeps the slots of one that lives', async () => {
    const clock = new VirtualClock();
    const file = newFile();
    const rules = { f: { limit: 1, perMs: 1_000 } };
    const first = open(clock, rules, file);
    await first.acquire('f');
    const second = open(clock, rules, file);
    const stop = new AbortController();
    const waiting = second.acquire('f', { signal: stop.signal });
    await clock.advance(60_000);
    stop.abort();
    await expect(waiting).rejects.toThrow();
    // nobody reports on it any more
    const late = second.acquire('f');
    await clock.run(late);
    first.close();
    second.close();
  });

  it('never exceeds the budget with two real processes that start at once', async () => {
    const file = newFile();
    const script = join(import.meta.dirname, 'rate-worker.ts');
    const run = async (): Promise<number[]> => {
      const child = spawn(process.execPath, ['--conditions=@cxvault/source', script, file, '30'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      });
      let text = '';
      for await (const chunk of child.stdout) text += String(chunk);
      return text.trim().split('\n').map(Number);
    };
    const server = new CountingServer();
    for (const times of await Promise.all([run(), run()])) for (const time of times) server.arrive(time);
    expect(server.arrivals).toHaveLength(60);
    expect(server.busiest(400)).toBeLessThanOrEqual(10);
    expect(server.busiest(400)).toBeGreaterThan(7);
  }, 30_000);
});

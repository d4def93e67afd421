import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateBudgets } from '@cxvault/plugin-api';
import { openRateBudgets } from '../src/rate-budgets.ts';
import { seededRandom } from '../src/store-faults.ts';
import { CountingServer } from './rate-model.ts';
import { VirtualClock } from './virtual-clock.ts';

const periodMs = 300_000;
const limit = 120;
const rules = { 'media-playback': { limit, perMs: periodMs, even: true } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-rate-even-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${String(files)}.sqlite`);
}

interface Work {
  /** Processes that share the budget. */
  readonly processes: number;
  /** Requests that each has under way at once. */
  readonly atOnce: number;
  /** Milliseconds that an answer takes: least and most. */
  readonly latency: readonly [number, number];
  /** Milliseconds that each process lives before it is started again; undefined: it is never. */
  readonly lifeMs?: number;
  readonly totalMs: number;
}

/** More work than the budget allows, all the time; gives when requests reached the server, since its start. */
async function serve(work: Work): Promise<CountingServer> {
  const clock = new VirtualClock();
  const start = clock.now();
  const file = newFile();
  const server = new CountingServer();
  const random = seededRandom(work.processes * 1000 + work.atOnce);

  const request = async (budgets: RateBudgets): Promise<void> => {
    const slot = await budgets.acquire('media-playback');
    const [least, most] = work.latency;
    const took = least + random() * (most - least);
    const arrives = random() * took; // anywhere between sending and answering
    await clock.sleep(arrives);
    server.arrive(clock.now() - start);
    await clock.sleep(took - arrives);
    slot.done({ status: 200 });
  };
  const live = async (until: number): Promise<void> => {
    const scope = { issuer: 'https://issuer.example', tenant: 't1', rules };
    const budgets = openRateBudgets({ file, clock, random })(scope);
    const worker = async (): Promise<void> => {
      while (clock.now() < until) await request(budgets).catch(() => undefined);
    };
    const stop = clock.sleep(until - clock.now()).then(() => {
      budgets.close(); // whoever still waits is sent away
    });
    await Promise.all([stop, ...Array.from({ length: work.atOnce }, worker)]);
  };
  const process = async (n: number): Promise<void> => {
    const lifeMs = work.lifeMs ?? work.totalMs;
    await clock.sleep((n * lifeMs) / work.processes);
    while (clock.now() - start < work.totalMs)
      await live(Math.min(clock.now() + lifeMs, start + work.totalMs));
  };
  await clock.run(Promise.all(Array.from({ length: work.processes }, (_, n) => process(n))));
  return server;
}

/** The fewest arrivals in any three periods in a row, the first one beginning at `from`. */
function fewestInThree(server: CountingServer, from: number, to: number): number {
  const times = server.arrivals.toSorted((a, b) => a - b);
  let fewest = Infinity;
  for (const begin of [from, ...times.map((time) => time + 1)]) {
    if (begin < from || begin + 3 * periodMs > to) continue;
    fewest = Math.min(fewest, times.filter((time) => time >= begin && time < begin + 3 * periodMs).length);
  }
  return fewest;
}

describe('an even budget of 120 in 300 s', () => {
  const totalMs = 8 * periodMs;

  it.each<[string, Omit<Work, 'totalMs'>]>([
    ['one process, one request at once', { processes: 1, atOnce: 1, latency: [200, 1200] }],
    ['one process, 16 requests at once', { processes: 1, atOnce: 16, latency: [200, 1200] }],
    ['answers that take up to 3 s', { processes: 1, atOnce: 16, latency: [500, 3000] }],
    ['three processes', { processes: 3, atOnce: 4, latency: [200, 3000] }],
  ])('is used to 98 % over any three periods, and never exceeded: %s', async (_, work) => {
    const server = await serve({ ...work, totalMs });
    expect(server.busiest(periodMs)).toBeLessThanOrEqual(limit);
    expect(fewestInThree(server, 0, totalMs)).toBeGreaterThanOrEqual(0.98 * 3 * limit);
  });

  it.each<[string, Omit<Work, 'totalMs'>, number]>([
    ['every five minutes', { processes: 1, atOnce: 8, latency: [200, 1200], lifeMs: 307_000 }, 0.98],
    ['again and again', { processes: 1, atOnce: 8, latency: [200, 1200], lifeMs: 97_000 }, 0.97],
    ['four in turn', { processes: 4, atOnce: 4, latency: [200, 3000], lifeMs: 61_000 }, 0.98],
  ])('costs the server nothing when processes are started again: %s', async (_, work, part) => {
    const server = await serve({ ...work, totalMs });
    expect(server.busiest(periodMs)).toBeLessThanOrEqual(limit);
    expect(fewestInThree(server, 0, totalMs)).toBeGreaterThanOrEqual(part * 3 * limit);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { SimulatorOptions } from '@cxvault/cxone-simulator';

import type { Desk } from '../apps/cli/test/cli-process.ts';
import { type S3Server, startS3Server } from '../tools/servers/s3-server.ts';
import { openTenantDesk } from './support/tenant-desk.ts';

const most = 250_000_000; // bytes, resident, of the whole process
const selfReport = fileURLToPath(new URL('../tools/bench/self-report.ts', import.meta.url));
const unlimited = { limit: 0, per: '1s' };
const config = {
  cxone: { budgets: { query: unlimited, detail: unlimited, mark: unlimited, media: unlimited } },
};

const tenants: Record<string, SimulatorOptions> = {
  '50,000 interactions': { population: { interactions: 50_000 }, media: { kind: 'none' } },
  'one recording of 1 GB': {
    population: { interactions: 1 },
    media: { kind: 'wav', bytes: [1_000_000_000, 1_000_000_000] },
  },
  'many recordings of 20 MB': {
    population: { interactions: 40 },
    media: { kind: 'wav', bytes: [20_000_000, 20_000_000] },
  },
};

let server: S3Server;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startS3Server();
}, 900_000);

afterAll(() => server.stop());

/** The most memory that a command had at any time, in bytes. */
async function peakOf(desk: Desk, args: readonly string[]): Promise<number> {
  const report = desk.path('used');
  const { code, stdout, stderr } = await desk.run(
    [...args, '--json'],
    { ...server.env, BENCH_REPORT_FILE: report },
    ['--import', selfReport],
  );
  if (code !== 0) throw new Error(`cxvault ${args.join(' ')} ended with ${String(code)}: ${stdout}${stderr}`);
  return Number((await readFile(report, 'utf8')).split(' ')[0]);
}

describe.each([
  ['a folder', () => './archive'],
  ['a bucket', (name: string) => server.archive(name.replaceAll(/\W+/g, '-')).href],
] as const)('in %s', (_store, archiveOf) => {
  it.each(Object.keys(tenants))(
    `%s: run, verify and restore stay below ${String(most / 1e6)} MB`,
    async (name) => {
      await using place = await openTenantDesk(tenants[name] ?? {});
      const { desk } = place;
      await writeFile(desk.path('cxvault.config.json'), JSON.stringify(config));
      desk.env['CXVAULT_ARCHIVE'] = archiveOf(name);
      await peakOf(desk, ['init']);
      const peaks = {
        run: await peakOf(desk, ['run']),
        verify: await peakOf(desk, ['verify']),
        restore: await peakOf(desk, ['restore', '--all', '--out', 'restored']),
      };
      console.info(
        `${_store}, ${name}: ${Object.entries(peaks)
          .map(([command, peak]) => `${command} ${(peak / 1e6).toFixed(0)} MB`)
          .join(', ')}`,
      );
      for (const peak of Object.values(peaks)) {
        expect(peak).toBeGreaterThan(0);
        expect(peak).toBeLessThan(most);
      }
    },
    600_000,
  );
});

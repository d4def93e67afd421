import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workplace } from './measured-command.ts';

/** Budgets off: the benchmark measures cxvault, not the limits of a tenant. */
const unlimited = { limit: 0, per: '1s' };
const config = {
  cxone: { budgets: { query: unlimited, detail: unlimited, media: unlimited, mark: unlimited } },
};

/** A fresh folder with a configuration, an own cache and no archive yet. */
export async function makeWorkplace(parent = tmpdir()): Promise<Workplace & AsyncDisposable> {
  const folder = await mkdtemp(join(parent, 'cxvault-bench-'));
  await writeFile(join(folder, 'cxvault.config.json'), JSON.stringify(config));
  return {
    folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
      CXVAULT_ARCHIVE: join(folder, 'archive'),
      ARCHIVAL_ENCRYPTION_KEY: 'a password for benchmarks',
      CXONE_CLIENT_ID: 'demo-client',
      CXONE_CLIENT_SECRET: 'demo-secret',
      CXONE_ARCHIVAL_FIELD_ID: 'archival_status',
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

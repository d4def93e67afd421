import { writeFile } from 'node:fs/promises';

import {
  type PlatformSimulator,
  type SimulatorOptions,
  startPlatformSimulator,
} from '@cxvault/cxone-simulator';

import { Desk } from '../../apps/cli/test/cli-process.ts';

const unlimited = { limit: 0 };

/** A desk with a tenant of the profile `platform`, and the archive `./archive`. */
export interface PlatformDesk extends AsyncDisposable {
  readonly desk: Desk;
  readonly tenant: PlatformSimulator;
}

/**
 * Opens a desk whose environment points at a new tenant. No budget limits its calls, so that tests need not wait;
 * `cxone` are further settings.
 */
export async function openPlatformDesk(
  options: SimulatorOptions,
  cxone: Readonly<Record<string, unknown>> = {},
): Promise<PlatformDesk> {
  const tenant = await startPlatformSimulator(options);
  const desk = await Desk.open();
  Object.assign(desk.env, {
    CXONE_ISSUER: tenant.url,
    CXONE_CLIENT_ID: 'demo-client',
    CXONE_CLIENT_SECRET: desk.secret('demo-secret'),
    CXONE_ACCESS_KEY_ID: 'demo-access-key',
    CXONE_ACCESS_KEY_SECRET: desk.secret('demo-access-secret'),
    ARCHIVAL_ENCRYPTION_KEY: desk.secret('the password of the archive'),
    CXVAULT_ARCHIVE: './archive',
  });
  const families = ['acd', 'media-playback', 'business-data', 'dfo'];
  const budgets = Object.fromEntries(families.map((family) => [family, unlimited]));
  await writeFile(
    desk.path('cxvault.config.json'),
    JSON.stringify({ cxone: { profile: 'platform', budgets, ...cxone } }),
  );
  return {
    desk,
    tenant,
    [Symbol.asyncDispose]: async () => {
      await tenant.close();
      await desk.close();
    },
  };
}

import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { contractVersion } from '@cxvault/plugin-api';
import { filesLoadedBy } from '@cxvault/storage-testkit';

import storageHook from '../src/hook.ts';

const sdkFilesLoadedBy = (script: string): number =>
  filesLoadedBy(join(import.meta.dirname, '..'), script, /node_modules.(@google-cloud|google-auth-library)/);

describe('the plugin', () => {
  it('offers the gs scheme', async () => {
    const offer = await storageHook();
    expect(offer.contractVersion).toBe(contractVersion);
    expect(offer.factories.map(({ schemes }) => schemes)).toEqual([['gs']]);
  });

  it('loads no SDK before an archive is opened', () => {
    expect(sdkFilesLoadedBy(`await (await import('./src/hook.ts')).default();`)).toBe(0);
    const open = `
      const [factory] = (await (await import('./src/hook.ts')).default()).factories;
      await factory.open(new URL('gs://bucket/prefix'), { settings: undefined, env: {} });`;
    expect(sdkFilesLoadedBy(open)).toBeGreaterThan(0);
  });
});

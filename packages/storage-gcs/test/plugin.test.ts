import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { contractVersion } from '@cxvault/plugin-api';

import storageHook from '../src/hook.ts';

/** Which of the SDK's files a script loads, by the loader's own count. */
function sdkFilesLoadedBy(script: string): number {
  const count = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ load: (url, context, next) => {
      if (/node_modules.(@google-cloud|google-auth-library)/.test(url)) loaded += 1;
      return next(url, context);
    } });
    ${script}
    console.log(loaded);`;
  const args = ['--conditions=@cxvault/source', '--input-type=module', '--eval', count];
  return Number(
    execFileSync(process.execPath, args, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' }),
  );
}

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

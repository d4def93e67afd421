import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { contractVersion } from '@cxvault/plugin-api';

import storageHook from '../src/hook.ts';

interface Loaded {
  readonly sdk: number;
  readonly identity: number;
}

/** How many of the SDK's files, and of its part for identities, a script loads, by the loader's own count. */
function loadedBy(script: string): Loaded {
  const count = `
    import { registerHooks } from 'node:module';
    const loaded = { sdk: 0, identity: 0 };
    registerHooks({ load: (url, context, next) => {
      if (/node_modules.@azure.(identity|msal)/.test(url)) loaded.identity += 1;
      else if (/node_modules.@(azure|typespec)/.test(url)) loaded.sdk += 1;
      return next(url, context);
    } });
    ${script}
    console.log(JSON.stringify(loaded));`;
  const args = ['--conditions=@cxvault/source', '--input-type=module', '--eval', count];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' }),
  ) as Loaded;
}

const open = (env: string) => `
  const [factory] = (await (await import('./src/hook.ts')).default()).factories;
  await factory.open(new URL('az://container/prefix?account=account'), { settings: undefined, env: ${env} });`;

describe('the plugin', () => {
  it('offers the az scheme', async () => {
    const offer = await storageHook();
    expect(offer.contractVersion).toBe(contractVersion);
    expect(offer.factories.map(({ schemes }) => schemes)).toEqual([['az']]);
  });

  it('loads no SDK before an archive is opened, and only then what its login needs', () => {
    expect(loadedBy(`await (await import('./src/hook.ts')).default();`)).toEqual({ sdk: 0, identity: 0 });
    const withKey = loadedBy(open(`{ AZURE_STORAGE_KEY: 'a2V5' }`));
    expect(withKey.sdk).toBeGreaterThan(0);
    expect(withKey.identity).toBe(0);
    expect(loadedBy(open('{}')).identity).toBeGreaterThan(0);
  });
});

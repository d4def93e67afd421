import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { contractVersion } from '@cxvault/plugin-api';
import { filesLoadedBy } from '@cxvault/storage-testkit';

import storageHook from '../src/hook.ts';

const folder = join(import.meta.dirname, '..');
const sdk = /node_modules.@(azure.(?!identity|msal)|typespec)/;
const identity = /node_modules.@azure.(identity|msal)/;

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
    const hook = `await (await import('./src/hook.ts')).default();`;
    expect([sdk, identity].map((files) => filesLoadedBy(folder, hook, files))).toEqual([0, 0]);
    const withKey = open(`{ AZURE_STORAGE_KEY: 'a2V5' }`);
    expect(filesLoadedBy(folder, withKey, sdk)).toBeGreaterThan(0);
    expect(filesLoadedBy(folder, withKey, identity)).toBe(0);
    expect(filesLoadedBy(folder, open('{}'), identity)).toBeGreaterThan(0);
  });
});

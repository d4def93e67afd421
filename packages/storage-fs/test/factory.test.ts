import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { contractVersion } from '@cxvault/plugin-api';

import { fileStorage } from '../src/factory.ts';
import storageHook from '../src/hook.ts';
import { errorOf, inNewFolder } from './folders.ts';

const context = { settings: undefined, env: {} };

describe('an address of a folder', () => {
  it('opens the folder of any name', async () => {
    await inNewFolder(async (folder) => {
      const path = `${folder}/an archive #1 50% ? é`;
      const store = await fileStorage.open(pathToFileURL(path), context);
      await store.put('runs/1', Buffer.from('entry'));
      const again = await fileStorage.open(pathToFileURL(path), context);
      expect((await again.stat('runs/1'))?.size).toBe(5);
    });
  });

  it.each([
    ['file:///archive?region=eu&sse=none', 'region sse'],
    ['file:///archive?region', 'region'],
    ['file:///archive#part', '#part'],
  ])('takes no parameters: %s', async (url, named) => {
    const error = await errorOf(() => fileStorage.open(new URL(url), context));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', context: { parameters: named } });
  });

  it('names no other machine', async () => {
    const error = await errorOf(() => fileStorage.open(new URL('file://server/archive'), context));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('the hook', () => {
  it('offers the file scheme', async () => {
    const offer = await storageHook();
    expect(offer.contractVersion).toBe(contractVersion);
    expect(offer.factories.map(({ schemes }) => schemes)).toEqual([['file']]);
  });
});

import { CxvaultError } from '@cxvault/plugin-api';
import type { StorageFactory } from '@cxvault/plugin-api';

import { PigeonStore } from './store.ts';

/** Opens `pigeon:///path/of/file`. Loads the client only now: cxvault asks every plugin at every start. */
export const pigeonStorage: StorageFactory = {
  schemes: ['pigeon'],
  async open(url) {
    if (url.search !== '' || url.pathname.length < 2)
      throw new CxvaultError('CONFIG_INVALID', 'the address of the archive is not right', {
        context: { url: url.href },
        hint: 'write pigeon:///path/of/file',
      });
    const { PigeonClient } = await import('./client.ts');
    return new PigeonStore(new PigeonClient(decodeURIComponent(url.pathname)));
  },
};

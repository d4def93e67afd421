import type { StorageOffer } from '@cxvault/plugin-api';

import { offer } from './offer.ts';

/** The `cxvault:storage` hook: oclif wants a function, by default export. */
export default function storageHook(): Promise<StorageOffer> {
  return Promise.resolve(offer);
}

import { contractVersion } from '@cxvault/plugin-api';
import type { StorageOffer } from '@cxvault/plugin-api';

import { pigeonStorage } from './factory.ts';

/** The `cxvault:storage` hook of package.json. */
export default function storageHook(): StorageOffer {
  return { contractVersion, factories: [pigeonStorage] };
}

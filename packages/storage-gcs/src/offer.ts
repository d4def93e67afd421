import { contractVersion } from '@cxvault/plugin-api';
import type { StorageOffer } from '@cxvault/plugin-api';

import { gcsStorage } from './factory.ts';

/** What this plugin brings. */
export const offer: StorageOffer = { contractVersion, factories: [gcsStorage] };

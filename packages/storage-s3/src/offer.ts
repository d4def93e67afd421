import { contractVersion } from '@cxvault/plugin-api';
import type { StorageOffer } from '@cxvault/plugin-api';

import { s3Storage } from './factory.ts';

/** What this plugin brings. */
export const offer: StorageOffer = { contractVersion, factories: [s3Storage] };

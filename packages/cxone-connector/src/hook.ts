import { contractVersion } from '@cxvault/plugin-api';
import type { SourceOffer } from '@cxvault/plugin-api';
import { sourceFactory } from './source-factory.ts';

/** The oclif hook `cxvault:source`. */
export default function offerSource(): Promise<SourceOffer> {
  return Promise.resolve({ contractVersion, factories: [sourceFactory] });
}

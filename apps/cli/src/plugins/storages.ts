import { hookNames, type ObjectStore, type StorageFactory } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core/interfaces';
import type { Settings } from '../settings/settings.ts';
import { property } from '../property.ts';
import { chooseFactory } from './choose.ts';
import { collectOffers, isWords, type Offers } from './offers.ts';
import { openFactory } from './open-factory.ts';

/** The stores that the installed plugins can open. */
export async function collectStorages(config: Config, timeoutMs?: number): Promise<Offers<StorageFactory>> {
  const shape = { hook: hookNames.storage, words: 'schemes', matches: isStorageFactory } as const;
  return await collectOffers(config, shape, timeoutMs);
}

/** Opens the store of an archive's URL with the plugin that brings its scheme; see {@link chooseFactory}. */
export async function openPluginStore(
  offers: Offers<StorageFactory>,
  url: URL,
  settings: Settings,
): Promise<ObjectStore> {
  const scheme = url.protocol.slice(0, -1);
  const chosen = chooseFactory(offers, { kind: 'scheme', words: ({ schemes }) => schemes }, scheme);
  const context = { settings: settings.config.storage, env: settings.env };
  return await openFactory(chosen, `scheme ${scheme}`, (factory) => factory.open(url, context), 'put');
}

function isStorageFactory(value: unknown): value is StorageFactory {
  return isWords(property(value, 'schemes')) && typeof property(value, 'open') === 'function';
}

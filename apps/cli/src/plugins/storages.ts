import { hookNames, type ObjectStore, type StorageFactory } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core';
import type { Settings } from '../settings/settings.ts';
import { property } from '../property.ts';
import { chooseFactory } from './choose.ts';
import { collectOffers, isWords, type Offers } from './offers.ts';

/** The stores that the installed plugins can open. */
export async function collectStorages(config: Config): Promise<Offers<StorageFactory>> {
  return await collectOffers(config, hookNames.storage, isStorageFactory);
}

/** Opens the store of an archive's URL with the plugin that brings its scheme; see {@link chooseFactory}. */
export async function openPluginStore(
  offers: Offers<StorageFactory>,
  url: URL,
  settings: Settings,
): Promise<ObjectStore> {
  const scheme = url.protocol.slice(0, -1);
  const factory = chooseFactory(offers, ({ schemes }) => schemes, scheme, 'scheme');
  return await factory.open(url, { settings: settings.config.storage, env: settings.env });
}

function isStorageFactory(value: unknown): value is StorageFactory {
  return isWords(property(value, 'schemes')) && typeof property(value, 'open') === 'function';
}

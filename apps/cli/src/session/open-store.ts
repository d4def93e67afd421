import type { ObjectStore } from '@cxvault/plugin-api';
import { systemClock, withRetry } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { collectStorages, openPluginStore } from '../plugins/storages.ts';
import { tracedStore } from '../telemetry/traced-store.ts';
import { chooseArchive, chooseArchives, findArchive } from '../settings/archive-url.ts';

/** A store and the address that it was opened by. */
export interface OpenStore {
  readonly store: ObjectStore;
  readonly url: URL;
}

/** What `--archive` says, once or several times. */
type ArchiveFlag = string | readonly string[] | undefined;

/** The archive's address from flag, environment or configuration file. Throws when several are named. */
export function archiveOf(context: CommandContext, flag: ArchiveFlag): URL {
  const { config, env, folder } = context.settings;
  return chooseArchive({ flag, env, config: config.archive, folder });
}

/** The addresses of all that are named, the first of them first. */
export function archivesOf(context: CommandContext, flag: ArchiveFlag): [URL, ...URL[]] {
  const { config, env, folder } = context.settings;
  return chooseArchives({ flag, env, config: config.archive, folder });
}

/** As {@link archiveOf}; undefined when none is named anywhere. */
export function archiveIfNamed(context: CommandContext, flag: string | undefined): URL | undefined {
  const { config, env, folder } = context.settings;
  return findArchive({ flag, env, config: config.archive, folder });
}

/** Opens the store of an address, with retries. Plugins that cannot be used are named as warnings. */
export async function openStore(context: CommandContext, url: URL): Promise<OpenStore> {
  const offers = await collectStorages(context.oclif);
  for (const { plugin, reason } of offers.refused) context.warn(`plugin ${plugin} is not used: ${reason}`);
  const store = await openPluginStore(offers, url, context.settings);
  const retrying = withRetry(store, { clock: systemClock, log: context.log });
  return { store: tracedStore(retrying, context.telemetry), url };
}

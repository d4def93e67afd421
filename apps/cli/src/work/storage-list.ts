import type { CommandContext } from '../context.ts';
import { packagesByWord } from '../plugins/choose.ts';
import { collectStorages } from '../plugins/storages.ts';

/** `storage list --json`. */
export interface StorageList {
  /** In the order of their schemes; two of one scheme keep each other from being used. */
  readonly storages: readonly {
    readonly scheme: string;
    readonly plugin: string;
    readonly version: string | null;
  }[];
  /** Known schemes that no installed plugin brings, and the package that does. */
  readonly installable: readonly { readonly scheme: string; readonly package: string }[];
  /** Plugins that are installed and cannot be used. */
  readonly refused: readonly {
    readonly plugin: string;
    readonly version: string | null;
    readonly reason: string;
  }[];
}

/** Asks the plugins which schemes they bring; opens none. */
export async function storageList({ oclif }: CommandContext): Promise<StorageList> {
  const { offered, refused } = await collectStorages(oclif);
  const version = (plugin: string): string | null => oclif.plugins.get(plugin)?.version ?? null;
  const storages = offered
    .flatMap(({ plugin, factory }) =>
      factory.schemes.map((scheme) => ({ scheme, plugin, version: version(plugin) })),
    )
    .sort((a, b) => (a.scheme < b.scheme ? -1 : Number(a.scheme > b.scheme)));
  const missing = Object.entries(packagesByWord).filter(
    ([word]) => !storages.some(({ scheme }) => scheme === word),
  );
  return {
    storages,
    installable: missing.map(([scheme, name]) => ({ scheme, package: name })),
    refused: refused.map(({ plugin, reason }) => ({ plugin, version: version(plugin), reason })),
  };
}

import type { StorageList } from '../work/storage-list.ts';
import { table } from './layout.ts';

/** One line per scheme: what brings it, or how to get it. */
export function presentStorages({ storages, installable, refused }: StorageList): string {
  return [
    table([
      ...storages.map(
        ({ scheme, plugin, version }) => [`${scheme}:`, `${plugin} ${version ?? ''}`.trimEnd()] as const,
      ),
      ...installable.map(
        ({ scheme, package: name }) =>
          [`${scheme}:`, `not installed; cxvault plugins install ${name}`] as const,
      ),
    ]),
    ...conflicts(storages),
    ...refused.map(({ plugin, reason }) => `plugin ${plugin} is not used: ${reason}`),
  ].join('\n');
}

/** A scheme that two plugins bring: neither is used for it. */
function conflicts(storages: StorageList['storages']): string[] {
  const byScheme = Map.groupBy(storages, ({ scheme }) => scheme);
  return [...byScheme]
    .filter(([, bringers]) => bringers.length > 1)
    .map(([scheme, bringers]) => {
      const names = bringers.map(({ plugin }) => plugin).join(' and ');
      return `${scheme}: cannot be used while both ${names} bring it: cxvault plugins uninstall one of them`;
    });
}

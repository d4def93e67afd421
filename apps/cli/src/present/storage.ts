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
    ...refused.map(({ plugin, reason }) => `plugin ${plugin} is not used: ${reason}`),
  ].join('\n');
}

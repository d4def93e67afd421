import { syncCatalog } from '../catalog/sync.ts';
import { checkIdentity, checkSource } from './checks.ts';
import { addKnownWork } from './known-work.ts';
import { Lister } from './lister.ts';
import type { RunOptions } from './options.ts';
import { windowsToList } from './windows.ts';
import { WorkList, type WorkItem } from './work-list.ts';

/** What a run would do now: `run --dry-run`. */
export interface RunPlan {
  readonly dry_run: true;
  readonly archive: string;
  readonly profile: string;
  readonly windows: readonly { readonly lane: string; readonly from: string; readonly to: string }[];
  /** Interactions that would be fetched, each with the reason. */
  readonly planned: readonly {
    readonly interaction_id: string;
    readonly updated_time: string | null;
    readonly reason: WorkItem['reason'];
  }[];
  /** Listed, and archived already. */
  readonly unchanged: number;
  readonly given_up: number;
  readonly marks: { readonly pending: number };
  readonly warnings: readonly string[];
}

/** Lists what a run would fetch, and changes nothing: no lock, no entry, no mark. */
export async function planRun(options: RunOptions): Promise<RunPlan> {
  const { archive, catalog, source, signal } = options;
  const wants = { media: options.media ?? true, mark: options.mark ?? true };
  const capabilities = await source.check({ ...wants, ...(signal && { signal }) });
  const warnings = checkSource(capabilities, wants);
  await syncCatalog(archive, catalog, signal);
  checkIdentity(catalog.identity(), capabilities.identity);
  const windows = windowsToList(options, (message) => warnings.push(message));
  const work = new WorkList();
  try {
    const listers = windows.map((window) => new Lister({ source, catalog, work, window }));
    addKnownWork(work, {
      ...options,
      retryFailed: options.retryFailed ?? false,
      media: options.media ?? true,
      now: options.clock.now(),
    });
    if (!options.interactions) {
      for (const lister of listers) await lister.list(signal ?? new AbortController().signal, () => false);
    }
    return {
      dry_run: true,
      archive: options.archiveUrl,
      profile: capabilities.identity.profile,
      windows: windows.map(({ lane, from, to }) => ({ lane, from, to })),
      planned: work.items().map(({ interactionId, updatedTime, reason }) => ({
        interaction_id: interactionId,
        updated_time: updatedTime === '' ? null : updatedTime,
        reason,
      })),
      unchanged: listers.reduce((sum, lister) => sum + lister.counts.unchanged, 0),
      given_up: catalog.openFailures().filter((failure) => failure.given_up === 1).length,
      marks: { pending: catalog.pendingMarkCount() },
      warnings,
    };
  } finally {
    work.dispose();
  }
}

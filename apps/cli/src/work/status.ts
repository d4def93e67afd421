import { archiveStatus, type ArchiveStatus } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { plural } from '../present/layout.ts';
import { showProgress } from '../progress.ts';
import { hideSecrets } from '../redact.ts';
import { openCurrentCatalog } from '../session/current-catalog.ts';

export type { ArchiveStatus };

/** The flags of `status`. */
export interface StatusFlagValues extends ArchiveFlagValues {
  readonly leftovers: boolean;
}

/** How an archive stands. Damage is part of the result. */
export async function status(
  context: CommandContext,
  flags: StatusFlagValues,
): Promise<{ report: ArchiveStatus; exit: number }> {
  await using current = await openCurrentCatalog(context, flags);
  using progress = showProgress(context);
  const report = await archiveStatus(current.archive, current.catalog, {
    archive: current.url.href,
    journal: current.journal,
    proofsFile: current.cache.proofs,
    listing: flags.leftovers,
    signal: current.signal,
    onProgress: (objects) => {
      progress.update(`listing the store: ${plural(objects, 'object')}`);
    },
  });
  const { missing, wrong_size } = report.objects ?? { missing: 0, wrong_size: 0 };
  const damaged = report.damage.length > 0 || missing + wrong_size > 0;
  return { report: discreetStatus(report), exit: damaged ? exitIncomplete : 0 };
}

/** What is in the archive may have been written by other programs, and by versions that hid less. */
function discreetStatus(status: ArchiveStatus): ArchiveStatus {
  const { last_run: lastRun, open_failures, given_up, damage } = status;
  const withReason = (failed: ArchiveStatus['given_up'][number]) => ({
    ...failed,
    reason: hideSecrets(failed.reason),
  });
  return {
    ...status,
    open_failures: open_failures.map(withReason),
    given_up: given_up.map(withReason),
    last_run: lastRun && { ...lastRun, report: lastRun.report && discreetError(lastRun.report) },
    damage: damage.map((one) => ({ ...one, detail: hideSecrets(one.detail) })),
  };
}

type LastReport = NonNullable<NonNullable<ArchiveStatus['last_run']>['report']>;

function discreetError(report: LastReport): LastReport {
  const { error } = report;
  if (typeof error?.message !== 'string') return report;
  return { ...report, error: { ...error, message: hideSecrets(error.message) } };
}

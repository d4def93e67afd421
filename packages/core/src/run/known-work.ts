import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import { deniedToProbe, dueAbsences, withDenied } from './provisional.ts';
import { always, type FailureDue } from './retry-pause.ts';
import type { WorkItem, WorkList } from './work-list.ts';

/** What a run has to look at whatever the list shows. */
export interface KnownWorkOptions {
  readonly catalog: Catalog;
  /** Only these, if given. */
  readonly interactions?: readonly string[] | undefined;
  /** Also what was given up. */
  readonly retryFailed: boolean;
  /** Also absent media that are due to be asked for again. */
  readonly media: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether a failure is due to be tried again. Default: always. */
  readonly isDue?: FailureDue | undefined;
}

/** Puts the interactions that were asked for on the work list; else open failures, and absent media that are due. */
export function addKnownWork(work: WorkList, options: KnownWorkOptions): void {
  const { catalog, interactions, retryFailed, media, now, isDue = always } = options;
  if (interactions) {
    for (const id of interactions) {
      // without a row, what is archived tells a replica that lags
      const updatedTime = catalog.latest(id)?.updated_time ?? '';
      work.addOnce({ interactionId: id, updatedTime, reason: 'asked', attempt: 1 });
    }
    return;
  }
  for (const failure of catalog.openFailures()) {
    if ((failure.given_up === 1 && !retryFailed) || !isDue(failure)) continue;
    const { interaction_id: interactionId, updated_time: updatedTime } = failure;
    work.addOnce({ interactionId, updatedTime, reason: 'failure', attempt: 1 });
  }
  if (!media) return;
  for (const due of dueAbsences(catalog, now)) work.addOnce({ ...itemOf(due), reason: 'absent' });
  // last, and without a trace when it brings nothing
  const denied = deniedToProbe(catalog, now);
  if (denied) work.add({ ...itemOf(denied), reason: 'denied' }, 'retry');
}

/** The right to media has appeared: all that were denied are asked for again, but for those that are given till then. */
export function addDenied(work: WorkList, catalog: Catalog): void {
  work.addAll(() => {
    for (const version of withDenied(catalog)) work.add({ ...itemOf(version), reason: 'allowed' }, 'retry');
  });
}

function itemOf({ interaction_id, updated_time }: Version): Omit<WorkItem, 'reason'> {
  return { interactionId: interaction_id, updatedTime: updated_time, attempt: 1 };
}

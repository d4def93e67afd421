import { isCxvaultError, type SourceFailure } from '@cxvault/plugin-api';

import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import type { Clock } from '../clock.ts';
import type { AbsentMedium } from '../journal-entry.ts';
import type { Committer } from './committer.ts';
import { formatReason, isPermanentReason, isRefusal } from './failure-reason.ts';
import type { InteractionArchiver, NewVersion } from './interaction-archiver.ts';
import type { RunCounts } from './run-counts.ts';
import type { WorkItem, WorkList } from './work-list.ts';

const triesBeforeGivingUp = 3; // runs, or passes of one that keeps polling (architecture: "Failures")
const timeBeforeGivingUp = 24 * 3_600_000; // milliseconds

// A writer never commits what it stored more than 12 h ago (archive-format: "Journal"); a segment may stay open a while.
const oldestToCommit = 11 * 3_600_000; // milliseconds

export interface WorkerOptions {
  readonly work: WorkList;
  readonly archiver: InteractionArchiver;
  readonly committer: Committer;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly counts: RunCounts;
  /** Fetches at most so many interactions. */
  readonly limit: number;
  /** Told when a medium was given that had been denied. */
  readonly onAllowed: () => void;
  /** Resolves when more may be archived. */
  readonly ready: () => Promise<void>;
  readonly onDone: () => void;
}

/** Takes work from the list, one interaction at a time, and hands the outcome to the committer. */
export class Worker {
  readonly #options: WorkerOptions;
  /** Interactions under way in any worker: two versions of one interaction are handled one after the other. */
  readonly #underWay: Map<string, Promise<void>>;
  /** Interactions that failed at first, or in an earlier run. */
  readonly #failedBefore: Set<string>;

  constructor(
    options: WorkerOptions,
    shared: { underWay: Map<string, Promise<void>>; failedBefore: Set<string> },
  ) {
    this.#options = options;
    this.#underWay = shared.underWay;
    this.#failedBefore = shared.failedBefore;
  }

  /** Works until the list is closed and empty. */
  async run(signal: AbortSignal): Promise<void> {
    const { work, counts, limit, ready, onDone } = this.#options;
    for (;;) {
      await ready();
      const item = await work.next(signal);
      if (!item) return;
      try {
        if (counts.taken < limit) {
          counts.taken += 1;
          await this.#inOrder(item, signal);
        }
      } finally {
        work.done();
      }
      onDone();
    }
  }

  async #inOrder(item: WorkItem, signal: AbortSignal): Promise<void> {
    const id = item.interactionId;
    const before = this.#underWay.get(id);
    const now = (before ?? Promise.resolve()).then(() => this.#handle(item, signal));
    const settled = now.catch(() => undefined);
    this.#underWay.set(id, settled);
    try {
      await now;
    } finally {
      if (this.#underWay.get(id) === settled) this.#underWay.delete(id);
    }
  }

  async #handle(item: WorkItem, signal: AbortSignal): Promise<void> {
    const { archiver, committer, catalog } = this.#options;
    await committer.settled(item.interactionId);
    if (catalog.isErased(item.interactionId) || this.#isDoneAlready(item)) return;
    if (item.reason === 'failure') this.#failedBefore.add(item.interactionId);
    const outcome = await archiver.archive(item, signal);
    if (item.reason === 'denied' && !('ready' in outcome)) return; // still denied: nothing has changed
    if ('failure' in outcome) await this.#failed(item, outcome.failure, outcome.updatedTime);
    else if ('seen' in outcome) await this.#seen(outcome.seen);
    else await this.#archived(item, outcome);
  }

  /** Archived by this run while the item waited. */
  #isDoneAlready({ reason, interactionId, updatedTime }: WorkItem): boolean {
    const { catalog } = this.#options;
    if (reason === 'denied' || reason === 'allowed') return !lacksDenied(catalog.latest(interactionId));
    return reason === 'listed' && updatedTime !== '' && catalog.knowsTime(interactionId, updatedTime);
  }

  async #seen(seen: Parameters<Committer['addSeen']>[0]): Promise<void> {
    this.#options.counts.seen += 1;
    await this.#options.committer.addSeen(seen);
  }

  async #archived(item: WorkItem, outcome: NewVersion): Promise<void> {
    const { committer, counts, clock } = this.#options;
    if (clock.now() - outcome.storedSince > oldestToCommit) {
      await this.#failed(item, storedTooLongAgo, outcome.ready.archived.updated_time ?? '');
      return;
    }
    const { archived, objects } = outcome.ready;
    counts.ready(item.interactionId, {
      media: objects.length,
      mediaBytes: outcome.mediaBytes,
      mediaStored: objects.reduce((sum, object) => sum + object.bytes, 0),
      absent: archived.absent.length,
      provisional: archived.absent.filter((absent) => isProvisional(absent, clock.now())).length,
      retried: this.#failedBefore.delete(item.interactionId),
    });
    try {
      await committer.add(outcome.ready);
    } catch (error) {
      if (!isCxvaultError(error) || error.code !== 'RECORD_TOO_LARGE') throw error;
      await this.#failed({ ...item, attempt: 2 }, recordTooLarge, outcome.ready.archived.updated_time ?? '');
      return;
    }
    if (outcome.allowed) this.#options.onAllowed();
  }

  /** A passing failure gets a second try when all else is done; what fails then stays open for the next run. */
  async #failed(item: WorkItem, failure: SourceFailure, updatedTime: string): Promise<void> {
    this.#failedBefore.add(item.interactionId);
    if (!failure.permanent && item.attempt === 1) {
      this.#options.work.add({ ...item, attempt: 2 }, 'retry');
      return;
    }
    if ((item.reason === 'absent' || item.reason === 'allowed') && failure.permanent) {
      // gone at the source: there is nothing more to get, and the archive has what there was
      await this.#seen({ interaction_id: item.interactionId, updated_time: updatedTime, racy: true });
      return;
    }
    this.#options.counts.failed += 1;
    const reason = formatReason(failure);
    if (this.#isUnknown(item, failure)) {
      this.#options.counts.unknown.push({ interaction_id: item.interactionId, reason });
      return;
    }
    await this.#options.committer.addFailed({
      interaction_id: item.interactionId,
      updated_time: updatedTime === '' ? null : updatedTime,
      reason,
      ...(this.#givesUp(item.interactionId, updatedTime, reason) && { given_up: true }),
    });
  }

  /**
   * An id that was asked for, that the archive never met, and that the source does not take: a slip of the hand. It is
   * named in the report; journalled it would stay open for days, and be tried by every run.
   */
  #isUnknown({ reason, interactionId }: WorkItem, failure: SourceFailure): boolean {
    if (reason !== 'asked' || !isRefusal(failure)) return false;
    const { catalog } = this.#options;
    return catalog.lastAsked(interactionId) === undefined && catalog.openFailure(interactionId) === undefined;
  }

  #givesUp(interactionId: string, updatedTime: string, reason: string): boolean {
    if (!isPermanentReason(reason)) return false;
    const { catalog, clock } = this.#options;
    const tries = catalog
      .failedTries(interactionId, updatedTime)
      .filter((one) => isPermanentReason(one.reason));
    const first = tries[0]?.at;
    return (
      // a run journals a failure once; one that keeps polling, once in each pass
      tries.length + 1 >= triesBeforeGivingUp &&
      first !== undefined &&
      clock.now() - Date.parse(first) >= timeBeforeGivingUp
    );
  }
}

const storedTooLongAgo: SourceFailure = { reason: 'transfer-too-slow', permanent: false };
const recordTooLarge: SourceFailure = { reason: 'record-too-large', permanent: false };

function lacksDenied(version: Version | undefined): boolean {
  return version?.absent.some(({ code }) => code === 'denied') ?? false;
}

function isProvisional(absent: AbsentMedium, now: number): boolean {
  return absent.code === 'skipped' || (absent.until !== undefined && Date.parse(absent.until) > now);
}

import type { InteractionSource, MarkOutcome } from '@cxvault/plugin-api';
import pLimit from 'p-limit';

import type { Catalog } from '../catalog/catalog.ts';
import { type EntryMark, nothingToMark } from '../journal-entry.ts';
import { formatReason } from './failure-reason.ts';

/** What is written into the marker field of an archived interaction. */
export const archivedStatus = 'archived';

// So many marks may wait before archiving waits for them.
const backlog = 2_000;

/** A mark that CXone did not take. */
export interface FailedMark {
  readonly interaction_id: string;
  readonly reason: string;
}

/** Marks archived interactions at the source, once each, and notes the outcome. */
export class Marker {
  readonly #source: InteractionSource;
  readonly #catalog: Catalog;
  readonly #note: (mark: EntryMark) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #underWay = new Set<string>();
  /** Sent or refused, and not yet in the catalog. */
  readonly #noted = new Set<string>();
  #room = Promise.withResolvers<undefined>();
  #failure: { readonly error: unknown } | undefined;
  sent = 0;
  readonly failed: FailedMark[] = [];

  constructor(options: {
    source: InteractionSource;
    catalog: Catalog;
    note: (mark: EntryMark) => Promise<void>;
    signal: AbortSignal;
    concurrency: number;
  }) {
    this.#source = options.source;
    this.#catalog = options.catalog;
    this.#note = options.note;
    this.#signal = options.signal;
    this.#limit = pLimit(options.concurrency);
  }

  /**
   * Queues a mark; nothing happens for an interaction that is marked, refused or queued already. One that had no place
   * for a mark may have got it with its newest version: a recording that came late.
   */
  add(interactionId: string): void {
    if (this.#catalog.isMarkSettled(interactionId)) return;
    if (this.#underWay.has(interactionId) || this.#noted.has(interactionId)) return;
    this.#underWay.add(interactionId);
    void this.#limit(() => this.#send(interactionId));
  }

  /** Queues the marks that earlier runs left pending. */
  async addPending(): Promise<void> {
    let last = '';
    for (;;) {
      const batch = this.#catalog.pendingMarks(last, 500);
      for (const id of batch) {
        await this.ready();
        if (this.#signal.aborted) return;
        this.add(id);
      }
      const end = batch.at(-1);
      if (end === undefined) return;
      last = end;
    }
  }

  /** The outcomes of these marks are in the catalog now. */
  forget(interactionIds: readonly string[]): void {
    for (const id of interactionIds) this.#noted.delete(id);
  }

  /** Resolves when there is room for more; rejects when the source failed as a whole. */
  async ready(): Promise<void> {
    while (this.#underWay.size >= backlog && !this.#failure) await this.#room.promise;
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when all queued marks are sent or noted; rejects when the source failed as a whole. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0) await this.#room.promise;
    if (this.#failure) throw this.#failure.error;
  }

  async #send(interactionId: string): Promise<void> {
    try {
      // after an abort or an outage the rest stays pending: the next run sends it
      if (this.#signal.aborted || this.#failure) return;
      const outcome = await this.#source.mark(interactionId, archivedStatus, { signal: this.#signal });
      this.#noted.add(interactionId);
      await this.#note(this.#toEntry(interactionId, outcome));
    } catch (error) {
      if (!this.#signal.aborted) this.#failure ??= { error };
    } finally {
      this.#underWay.delete(interactionId);
      this.#room.resolve(undefined);
      this.#room = Promise.withResolvers();
    }
  }

  #toEntry(interactionId: string, outcome: MarkOutcome): EntryMark {
    const mark = { interaction_id: interactionId, status: archivedStatus };
    if (outcome === 'sent') {
      this.sent += 1;
      return { ...mark, outcome };
    }
    // not tried again, and nothing that anybody should look into
    if (outcome === 'nothing-to-mark') return { ...mark, outcome: 'refused', reason: nothingToMark };
    const reason = formatReason(outcome.failed);
    this.failed.push({ interaction_id: interactionId, reason });
    return { ...mark, outcome: outcome.failed.permanent ? 'refused' : 'pending', reason };
  }
}

import type { RunProgress } from './options.ts';

/** What an archived interaction adds to the counts, once its entry is durable. */
export interface ArchivedCounts {
  readonly media: number;
  readonly mediaBytes: number;
  readonly mediaStored: number;
  readonly absent: number;
  readonly provisional: number;
  /** It had failed before. */
  readonly retried: boolean;
}

/** What a run counts as it goes; what the journal knows as well is taken from the catalog at the end. */
export class RunCounts {
  readonly #ready = new Map<string, ArchivedCounts>();
  phase: RunProgress['phase'] = 'checking';
  /** Interactions whose fetch was begun in this pass. */
  taken = 0;
  archived = 0;
  /** Fetched again and found unchanged. */
  seen = 0;
  failed = 0;
  /** Asked for by id, and known neither to the archive nor to the source: reported, and not journalled. */
  readonly unknown: { readonly interaction_id: string; readonly reason: string }[] = [];
  retriedAndSucceeded = 0;
  media = 0;
  mediaBytes = 0;
  mediaStored = 0;
  absent = 0;
  provisional = 0;

  /** Notes an interaction that waits for its entry. */
  ready(interactionId: string, counts: ArchivedCounts): void {
    this.#ready.set(interactionId, counts);
  }

  /** The entry of these interactions is durable: now they are archived. */
  committed(interactionIds: readonly string[]): void {
    for (const id of interactionIds) {
      const counts = this.#ready.get(id);
      if (!counts) continue;
      this.#ready.delete(id);
      this.archived += 1;
      this.media += counts.media;
      this.mediaBytes += counts.mediaBytes;
      this.mediaStored += counts.mediaStored;
      this.absent += counts.absent;
      this.provisional += counts.provisional;
      if (counts.retried) this.retriedAndSucceeded += 1;
    }
  }
}

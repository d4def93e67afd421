import type { RunProgress } from './options.ts';

/** What a run counts as it goes; what the journal knows as well is taken from the catalog at the end. */
export class RunCounts {
  phase: RunProgress['phase'] = 'checking';
  /** Interactions whose fetch was begun. */
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
}

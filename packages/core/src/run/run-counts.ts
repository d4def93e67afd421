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
  retriedAndSucceeded = 0;
  media = 0;
  mediaBytes = 0;
  mediaStored = 0;
  absent = 0;
  provisional = 0;
}

import type { InteractionSource } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import type { RunCommit } from './committer.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { HideSecrets } from './discreet-report.ts';

/** How far a run has come. */
export interface RunProgress {
  readonly phase: 'checking' | 'listing' | 'archiving' | 'settling' | 'marking' | 'finishing';
  /** Rows of the list, each once. */
  readonly listed: number;
  /** Interactions to fetch, as far as they are known, and those of them whose fetch was begun. */
  readonly found: number;
  readonly taken: number;
  /** Those whose journal entry is durable. */
  readonly archived: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Media stored, and their stored bytes. */
  readonly media: number;
  readonly mediaBytes: number;
  readonly marked: number;
}

export interface RunOptions {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly source: InteractionSource;
  readonly clock: Clock;
  readonly tool: { readonly name: string; readonly version: string };
  /** Where the archive lies in several places: `archive` was opened over its store. */
  readonly mirror?: Mirror | undefined;
  /** As the report names the archive. */
  readonly archiveUrl: string;
  /** What the report says in others' words goes through it, also for the archive: nothing can be taken back there. */
  readonly hideSecrets: HideSecrets;
  /** ISO 8601 UTC with milliseconds, on the listing's axis; the period is [since, until). */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** At most so many interactions are fetched; the period then does not count as covered. */
  readonly limit?: number | undefined;
  /** Only these interactions; nothing is listed. */
  readonly interactions?: readonly string[] | undefined;
  /** Tries again what was given up. */
  readonly retryFailed?: boolean;
  /** False: media are left out, and fetched by the next run that fetches media. Default true. */
  readonly media?: boolean;
  /** False: marks stay pending. Default true. */
  readonly mark?: boolean;
  readonly compression?: 'zstd' | 'none';
  /** Interactions under way at once. Default 16. */
  readonly concurrency?: number;
  /** Rows younger than this are left to the next run, in milliseconds. Default 0. */
  readonly settlingLagMs?: number;
  /** How far before the low-water mark a run lists, in milliseconds. Default two hours. */
  readonly lookBackMs?: number;
  /** How long a segment may stay open, in milliseconds. Default ten minutes. */
  readonly segmentAgeMs?: number;
  /** False: the report does not list what was archived, a list as long as the run. Default true. */
  readonly archivedRecords?: boolean;
  /** Ends the run after the current commit. */
  readonly signal?: AbortSignal;
  /** Told now and then, and at each change of phase. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Told of each commit, once it is durable. */
  readonly onCommit?: (commit: RunCommit) => void;
  /** Told of what a person should know though the run goes on. */
  readonly onWarning?: (message: string) => void;
}

import type { Damage } from '../damage.ts';

/**
 * How deep a verify looks. `structure`: existence, sizes, headers, trailers and indexes; `checksum`: the SHA-256 of
 * each stored object; `sample`: `full` for some objects, drawn at random; `full`: every record and medium is
 * opened, decompressed, hashed and compared with the journal.
 */
export type VerifyDepth = 'structure' | 'checksum' | 'sample' | 'full';

/** What a sample proves. */
export interface SampleStatement {
  /** What was asked for. */
  readonly percent: number;
  /** Objects that could have been drawn. */
  readonly objects: number;
  readonly drawn: number;
  /** The chance in percent that this sample finds damage when 1 % of the objects are damaged. */
  readonly confidence: number;
  /** The same as a sentence. */
  readonly statement: string;
}

/** The result of `verify --json` (cli.md). */
export interface VerifyReport {
  /** The archive's address, as the caller gave it. */
  readonly archive: string;
  readonly depth: VerifyDepth | 'public';
  readonly ok: boolean;
  /** Segments and media. `proven_before`: skipped, because a verify proved them within `--max-age`. */
  readonly objects: {
    readonly checked: number;
    readonly bytes: number;
    readonly damaged: number;
    readonly missing: number;
    readonly leftover: number;
    readonly proven_before?: number;
  };
  readonly records: { readonly checked: number; readonly damaged: number };
  readonly media: { readonly checked: number; readonly bytes: number; readonly damaged: number };
  readonly journal: JournalCounts;
  readonly damage: readonly Damage[];
  readonly sample?: SampleStatement;
  /** When the verify began that this one goes on with, after an interruption. */
  readonly resumed_from?: string;
  readonly duration_ms: number;
}

/** What there is of the journal. */
export interface JournalCounts {
  readonly runs: number;
  readonly entries: number;
  readonly damaged: number;
  /** SHA-256 of the newest entries: what `--expect-tip` takes. */
  readonly tips: readonly string[];
}

/** How far a verify is. */
export interface VerifyProgress {
  /** Objects done, of `total`. */
  readonly checked: number;
  readonly total: number;
  /** Stored bytes of the objects done. */
  readonly bytes: number;
}

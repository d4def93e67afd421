import type { CapabilityReport, ListWindow } from '@cxvault/plugin-api';

import type { Damage } from '../damage.ts';
import type { JournalWriter } from '../journal.ts';
import type { KeyAllocator } from '../key-ring.ts';
import type { FailedMark } from './marker.ts';
import type { RunReport } from './report.ts';
import type { FailureDue } from './retry-pause.ts';
import type { RunCounts } from './run-counts.ts';
import type { LaneWindow } from './windows.ts';

/** What is known when a run begins. */
export interface RunStart {
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly capabilities: CapabilityReport;
  readonly warnings: readonly string[];
  readonly damage: readonly Damage[];
  readonly windows: readonly LaneWindow[];
  readonly writer: JournalWriter;
  readonly keys: KeyAllocator;
  /** Counts of the run so far; they go on. */
  readonly counts: RunCounts;
  /** Whether a failure is due to be tried again. Default: always. */
  readonly isDue?: FailureDue;
  /** False: marks that earlier runs or passes left pending are not sent now. Default true. */
  readonly pendingMarks?: boolean;
}

/** How one of several passes of a run ended. */
export interface PassEnd {
  /** The windows of which every interaction was dealt with. */
  readonly covered: readonly ListWindow[];
  /** True when what was held was journalled. */
  readonly journalled: boolean;
  readonly entries: number;
  /** Undefined when the pass did all it was asked to. */
  readonly error: unknown;
  readonly listedUnchanged: number;
  readonly records: { readonly plaintext: number; readonly stored: number };
  readonly marks: { readonly sent: number; readonly failed: readonly FailedMark[] };
}

/** How a run ended: with its report, and the reason if it broke off. */
export interface RunResult {
  readonly report: RunReport;
  /** Undefined when the run did all it was asked to. */
  readonly error: unknown;
}

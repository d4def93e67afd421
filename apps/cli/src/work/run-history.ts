import {
  type ArchivedDay,
  CallHistory,
  type Catalog,
  type Clock,
  coverageOf,
  type FamilyHistory,
  type PastVerify,
  PastVerifies,
  Proofs,
  type ProvenSummary,
  type RunCommit,
  TimeSeries,
} from '@cxvault/core';
import type { Lane, OpenBudgets } from '@cxvault/plugin-api';
import { failureOf } from '../failure.ts';

const mostTypes = 40; // a tenant has about ten; an API that goes wild must not fill the memory

/** What a lane of the archive covers. */
export interface LaneCoverage {
  readonly lane: Lane;
  readonly origin: string;
  readonly lowWaterMark: string;
  readonly covered: readonly { readonly from: string; readonly to: string }[];
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
}

/** The whole archive after a run, as journal and proofs on this machine know it. */
export interface ArchiveState {
  readonly days: readonly ArchivedDay[];
  readonly lanes: readonly LaneCoverage[];
  readonly proven: readonly ProvenSummary[];
  /** How the last verify of each depth ended, newest first. */
  readonly verifies: readonly PastVerify[];
}

/** What the page of a run shows beside its report. Its size does not grow with the run. */
export class RunHistory {
  readonly calls: CallHistory;
  readonly startedAt: number;
  readonly archived: TimeSeries;
  readonly failed: TimeSeries;
  /** Archived interactions by type. */
  readonly types = new Map<string, number>();
  archive: ArchiveState | undefined;
  /** Why {@link RunHistory.archive} is not there. */
  unreadable: string | undefined;

  constructor(clock: Clock) {
    this.calls = new CallHistory(clock);
    this.startedAt = clock.now();
    this.archived = new TimeSeries(this.startedAt);
    this.failed = new TimeSeries(this.startedAt);
  }

  get families(): readonly FamilyHistory[] {
    return this.calls.families();
  }

  /** Budgets that tell this history of their use. */
  readonly watch = (budgets: OpenBudgets): OpenBudgets => this.calls.watching(budgets);

  /** Takes in what one entry committed. */
  readonly onCommit = (commit: RunCommit): void => {
    this.archived.add(commit.at, commit.archived);
    this.failed.add(commit.at, commit.failed);
    for (const [type, count] of commit.types) {
      const name = this.types.has(type) || this.types.size < mostTypes ? type : 'other';
      this.types.set(name, (this.types.get(name) ?? 0) + count);
    }
  };

  /** Looks at the archive when the run has ended. A run that is done keeps its report, whatever fails here. */
  readArchive(catalog: Catalog, proofsFile: string, archiveId: string): void {
    try {
      this.archive = stateOf(catalog, proofsFile, archiveId);
    } catch (error) {
      this.unreadable = failureOf(error).message;
    }
  }
}

function stateOf(catalog: Catalog, proofsFile: string, archiveId: string): ArchiveState {
  using past = new PastVerifies(proofsFile, archiveId);
  const proofs = new Proofs(proofsFile, archiveId);
  try {
    return {
      days: [...catalog.days()],
      lanes: (['update', 'start'] as const).flatMap((lane) => coverageIn(catalog, lane)),
      proven: proofs.summary(),
      verifies: past.all(),
    };
  } finally {
    proofs.close();
  }
}

function coverageIn(catalog: Catalog, lane: Lane): LaneCoverage[] {
  const windows = catalog.windows(lane);
  const { origin, lowWaterMark, gaps } = coverageOf(windows);
  if (origin === undefined || lowWaterMark === undefined) return [];
  return [{ lane, origin, lowWaterMark, covered: joined(windows), gaps }];
}

/** Windows overlap by the look-back, and there is one for each run: what counts is what they cover together. */
function joined(windows: readonly { from: string; to: string }[]): { from: string; to: string }[] {
  const all: { from: string; to: string }[] = [];
  for (const { from, to } of windows.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = all.at(-1);
    if (last === undefined || from > last.to) all.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return all;
}

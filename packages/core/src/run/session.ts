import { CxvaultError, type ListWindow } from '@cxvault/plugin-api';

import type { JournalWriter } from '../journal.ts';
import type { EntryWindow } from '../journal-entry.ts';
import { toJson } from '../json.ts';
import type { KeyAllocator } from '../key-ring.ts';
import { allOrStop } from './all-or-stop.ts';
import { canMark } from './checks.ts';
import { Committer } from './committer.ts';
import type { Feeder } from './feeder.ts';
import type { Marker } from './marker.ts';
import { addDenied } from './known-work.ts';
import type { RunOptions, RunProgress } from './options.ts';
import { archivedRecordsOf, completionReport, type RunReport, type StoredReport } from './report.ts';
import type { PassEnd, RunResult, RunStart } from './run-start.ts';
import { makeArchiver, makeFeeder, makeMarker, usualConcurrency } from './session-parts.ts';
import type { RunCounts } from './run-counts.ts';
import { WorkList } from './work-list.ts';
import { Worker } from './worker.ts';

const tenMinutes = 600_000; // milliseconds

/** One pass under the lock of its run: list, archive, commit, mark; and the report, if the run has only this one. */
export class RunSession {
  readonly #options: RunOptions;
  readonly #start: RunStart;
  readonly #counts: RunCounts;
  readonly #work = new WorkList();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #writer: JournalWriter;
  readonly #committer: Committer;
  readonly #marker: Marker;
  readonly #feeder: Feeder;
  readonly #marks: boolean;
  readonly #warnings: string[];
  readonly #keys: KeyAllocator;
  #covered: ListWindow[] = [];
  /** The covered windows, once they are journalled. */
  #windows: ListWindow[] = [];
  /** The right to media that were denied has appeared. */
  #allowed = false;
  #error: unknown;
  readonly #wake = (): void => {
    this.#work.wake();
  };

  constructor(options: RunOptions, start: RunStart) {
    this.#options = options;
    this.#start = start;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(options.signal ? [options.signal] : [])]);
    this.#marks = (options.mark ?? true) && canMark(start.capabilities);
    this.#warnings = [...start.warnings];
    this.#keys = start.keys;
    this.#writer = start.writer;
    this.#counts = start.counts;
    this.#counts.taken = 0;
    this.#committer = this.#makeCommitter();
    this.#marker = makeMarker(options, this.#committer, this.#signal);
    this.#feeder = makeFeeder(options, start, {
      work: this.#work,
      onPage: () => {
        this.#progress();
      },
      onPhase: (phase) => {
        this.#phase(phase);
      },
    });
  }

  /** The whole run: its last entry and its report follow. */
  async run(): Promise<RunResult> {
    await this.#archive();
    for (const { lane, from, to } of this.#covered) this.#committer.addWindow({ lane, from, to });
    this.#phase('marking');
    await this.#guarded(() => this.#marker.drained());
    this.#phase('finishing');
    await this.#guarded(async () => {
      await this.#committer.flush({ final: true });
      this.#windows = this.#covered;
    });
    this.#passOnWarnings();
    await this.#guarded(() => this.#storeReport());
    this.#close();
    return { report: { ...this.#report(), archived_records: this.#archivedRecords() }, error: this.#error };
  }

  /**
   * One pass of a run that goes on. Windows are journalled with what else there is, or by themselves when they are
   * due: a pass that found nothing writes no entry.
   */
  async pass(
    hold: (covered: readonly ListWindow[]) => readonly EntryWindow[],
    due: boolean,
  ): Promise<PassEnd> {
    await this.#archive();
    this.#phase('marking');
    await this.#guarded(() => this.#marker.drained());
    const windows = hold(this.#covered);
    const committer = this.#committer;
    const journals = due || committer.entries > 0 || committer.hasOutcomes;
    if (journals) for (const window of windows) committer.addWindow(window);
    let journalled = false;
    await this.#guarded(async () => {
      await committer.flush();
      journalled = journals;
    });
    this.#passOnWarnings();
    this.#close();
    return {
      covered: this.#covered,
      journalled,
      entries: committer.entries,
      error: this.#error,
      listedUnchanged: this.#feeder.listed.unchanged,
      records: committer.bytes,
      marks: { sent: this.#marker.sent, failed: this.#marker.failed },
    };
  }

  async #archive(): Promise<void> {
    this.#signal.addEventListener('abort', this.#wake);
    await this.#guarded(() => this.#archiveAll());
    await this.#guarded(() => this.#committer.flush());
    if (this.#error !== undefined) this.#covered = []; // something may be neither archived nor journalled as failed
  }

  #close(): void {
    this.#committer.close();
    this.#signal.removeEventListener('abort', this.#wake);
    this.#work.dispose();
  }

  /** Remembers the first failure and stops what is under way: the run ends with what it has. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#error ??= this.#options.signal?.aborted ? interrupted() : error;
      this.#stop.abort(error);
    }
  }

  async #archiveAll(): Promise<void> {
    const workers = this.#startWorkers();
    const parts = [this.#feed(), ...workers];
    const { pendingMarks = true } = this.#start;
    if (this.#mayMark() && pendingMarks && !this.#options.interactions) parts.push(this.#marker.addPending());
    await allOrStop(parts, this.#stop);
    this.#signal.throwIfAborted();
  }

  async #feed(): Promise<void> {
    try {
      this.#covered = await this.#feeder.feed(this.#signal);
    } finally {
      this.#work.close();
    }
  }

  #startWorkers(): Promise<void>[] {
    const { catalog, clock, limit = Infinity, concurrency = usualConcurrency } = this.#options;
    const options = {
      work: this.#work,
      archiver: makeArchiver(this.#options, this.#start, (message) => {
        this.#warn(message);
      }),
      committer: this.#committer,
      catalog,
      clock,
      counts: this.#counts,
      limit,
      onAllowed: () => {
        if (this.#allowed) return;
        this.#allowed = true;
        addDenied(this.#work, catalog);
      },
      ready: () => this.#marker.ready(),
      onDone: () => {
        this.#progress();
      },
    };
    const shared = { underWay: new Map<string, Promise<void>>(), failedBefore: new Set<string>() };
    return Array.from({ length: concurrency }, () => new Worker(options, shared).run(this.#signal));
  }

  /** Of several archives all must have an interaction before it is marked; else its mark stays pending. */
  #mayMark(): boolean {
    return this.#marks && (this.#options.mirror?.isWhole ?? true);
  }

  #makeCommitter(): Committer {
    const { archive, catalog, clock, compression = 'zstd', segmentAgeMs = tenMinutes } = this.#options;
    return new Committer({
      archive,
      catalog,
      writer: this.#writer,
      keys: this.#keys,
      clock,
      compression,
      segmentAgeMs,
      onCommitted: ({ archived, marked }, commit) => {
        this.#options.onCommit?.(commit);
        this.#counts.committed(archived);
        this.#marker.forget(marked);
        if (this.#mayMark()) for (const id of archived) this.#marker.add(id);
        this.#progress();
      },
    });
  }

  /** What the source found missing, once, and not with each interaction that it concerns. */
  #passOnWarnings(): void {
    for (const warning of this.#options.source.warnings?.() ?? []) this.#warn(warning);
  }

  #warn(message: string): void {
    this.#warnings.push(message);
    this.#options.onWarning?.(message);
  }

  #phase(phase: RunProgress['phase']): void {
    this.#counts.phase = phase;
    this.#progress();
  }

  #progress(): void {
    const { onProgress } = this.#options;
    if (!onProgress) return;
    const { phase, archived, seen, failed, media, mediaStored } = this.#counts;
    const { rows, unchanged } = this.#feeder.listed;
    onProgress({
      phase,
      listed: rows,
      found: this.#work.added,
      taken: this.#counts.taken,
      archived,
      unchanged: unchanged + seen,
      failed,
      media,
      mediaBytes: mediaStored,
      marked: this.#marker.sent,
    });
  }

  async #storeReport(): Promise<void> {
    await this.#writer.writeReport(toJson(this.#report()));
  }

  #archivedRecords(): RunReport['archived_records'] {
    const { catalog, archivedRecords = true } = this.#options;
    return archivedRecords ? archivedRecordsOf(catalog, this.#start.runId) : [];
  }

  #report(): StoredReport {
    return completionReport({
      options: this.#options,
      start: this.#start,
      profile: this.#start.capabilities.identity.profile,
      apiCalls: this.#options.source.callCounts(),
      counts: this.#counts,
      windows: this.#windows,
      listedUnchanged: this.#feeder.listed.unchanged,
      records: this.#committer.bytes,
      marks: { sent: this.#marker.sent, failed: this.#marker.failed },
      warnings: this.#warnings,
      error: this.#error,
    });
  }
}

function interrupted(): CxvaultError {
  return new CxvaultError('INTERRUPTED', 'the run was interrupted; what it had archived is committed', {
    hint: 'run again: it goes on where this one stopped',
  });
}

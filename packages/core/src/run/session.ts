import { CxvaultError, type CapabilityReport, type ListWindow } from '@cxvault/plugin-api';

import type { Damage } from '../damage.ts';
import { JournalWriter } from '../journal.ts';
import { toJson } from '../json.ts';
import type { KeyAllocator } from '../key-ring.ts';
import type { RunLock } from '../lock.ts';
import { allOrStop } from './all-or-stop.ts';
import { canMark } from './checks.ts';
import { Committer } from './committer.ts';
import { Feeder } from './feeder.ts';
import { InteractionArchiver } from './interaction-archiver.ts';
import { Marker } from './marker.ts';
import { MediaArchiver } from './media-archiver.ts';
import { addDenied } from './known-work.ts';
import type { RunOptions, RunProgress } from './options.ts';
import { archivedRecordsOf, completionReport, type RunReport, type StoredReport } from './report.ts';
import { RunCounts } from './run-counts.ts';
import { VolatileFields } from './volatile-fields.ts';
import { WorkList } from './work-list.ts';
import { Worker } from './worker.ts';

const tenMinutes = 600_000; // milliseconds
const usualConcurrency = 16;

/** What is known when a run begins. */
export interface RunStart {
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly capabilities: CapabilityReport;
  readonly warnings: readonly string[];
  readonly damage: readonly Damage[];
  readonly lock: RunLock;
  readonly windows: readonly ListWindow[];
}

/** How a run ended: with its report, and the reason if it broke off. */
export interface RunResult {
  readonly report: RunReport;
  /** Undefined when the run did all it was asked to. */
  readonly error: unknown;
}

/** One run under its lock: list, archive, commit, mark, report. */
export class RunSession {
  readonly #options: RunOptions;
  readonly #start: RunStart;
  readonly #counts = new RunCounts();
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

  constructor(options: RunOptions, start: RunStart) {
    this.#options = options;
    this.#start = start;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(options.signal ? [options.signal] : [])]);
    this.#marks = (options.mark ?? true) && canMark(start.capabilities);
    this.#warnings = [...start.warnings];
    this.#keys = options.archive.keys.writer();
    this.#writer = this.#journalWriter();
    this.#committer = this.#makeCommitter();
    this.#marker = this.#makeMarker();
    this.#feeder = this.#makeFeeder();
  }

  async run(): Promise<RunResult> {
    const wake = (): void => {
      this.#work.wake();
    };
    this.#signal.addEventListener('abort', wake);
    await this.#guarded(() => this.#archiveAll());
    await this.#guarded(() => this.#committer.flush());
    if (this.#error !== undefined) this.#covered = []; // something may be neither archived nor journalled as failed
    for (const { lane, from, to } of this.#covered) this.#committer.addWindow({ lane, from, to });
    this.#phase('marking');
    await this.#guarded(() => this.#marker.drained());
    this.#phase('finishing');
    await this.#guarded(async () => {
      await this.#committer.flush({ final: true });
      this.#windows = this.#covered;
    });
    this.#committer.close();
    await this.#guarded(() => this.#storeReport());
    this.#signal.removeEventListener('abort', wake);
    this.#work.dispose();
    return { report: { ...this.#report(), archived_records: this.#archivedRecords() }, error: this.#error };
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
    if (this.#marks && !this.#options.interactions) parts.push(this.#marker.addPending());
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
      runId: this.#start.runId,
      work: this.#work,
      archiver: this.#makeArchiver(),
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

  #journalWriter(): JournalWriter {
    const { archive, catalog, tool, clock } = this.#options;
    return new JournalWriter(archive, {
      runId: this.#start.runId,
      source: this.#start.capabilities.identity,
      heads: catalog.tips(),
      tool,
      clock,
      beforeAppend: () => this.#start.lock.check(),
    });
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
      onCommitted: ({ archived, marked }) => {
        this.#marker.forget(marked);
        if (this.#marks) for (const id of archived) this.#marker.add(id);
      },
    });
  }

  #makeMarker(): Marker {
    const { source, catalog, concurrency = usualConcurrency } = this.#options;
    return new Marker({
      source,
      catalog,
      signal: this.#signal,
      concurrency,
      note: (mark) => this.#committer.addMark(mark),
    });
  }

  #makeFeeder(): Feeder {
    const {
      source,
      catalog,
      clock,
      interactions,
      retryFailed = false,
      media = true,
      limit = Infinity,
    } = this.#options;
    return new Feeder({
      source,
      catalog,
      clock,
      work: this.#work,
      windows: this.#start.windows,
      interactions,
      retryFailed,
      media,
      limitReached: () => this.#counts.taken >= limit,
      onPhase: (phase) => {
        this.#phase(phase);
      },
    });
  }

  #makeArchiver(): InteractionArchiver {
    const { archive, catalog, source, clock, compression = 'zstd', media = true } = this.#options;
    return new InteractionArchiver({
      archive,
      catalog,
      source,
      identity: this.#start.capabilities.identity,
      media: new MediaArchiver({ archive, source, compression, clock }),
      keys: this.#keys,
      clock,
      volatileFields: new VolatileFields({
        archive,
        catalog,
        clock,
        warn: (message) => {
          this.#warn(message);
        },
      }),
      fetchMedia: media,
    });
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

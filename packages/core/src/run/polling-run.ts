import { newId } from '@cxvault/crypto-codec';
import type { CallCounts, CapabilityReport, Lane, ListWindow, SourceIdentity } from '@cxvault/plugin-api';

import type { Damage } from '../damage.ts';
import type { EntryWindow } from '../journal-entry.ts';
import type { JournalWriter } from '../journal.ts';
import { toJson } from '../json.ts';
import type { KeyAllocator } from '../key-ring.ts';
import type { ArchiveLock } from '../lock.ts';
import { CallSum } from './call-sum.ts';
import { checkIdentity, checkSource } from './checks.ts';
import { coverageOf, holdWindow, windowsAfter, type JournalledWindow } from './coverage.ts';
import { readState, takeLock } from './known-state.ts';
import type { FailedMark } from './marker.ts';
import type { RunOptions } from './options.ts';
import { archivedRecordsOf, completionReport, type RunReport, type StoredReport } from './report.ts';
import { afterPause } from './retry-pause.ts';
import { RunCounts } from './run-counts.ts';
import { journalWriter } from './run.ts';
import type { PassEnd, RunResult } from './run-start.ts';
import { RunSession } from './session.ts';
import { type LaneStart, windowsToList } from './windows.ts';

const hour = 3_600_000; // milliseconds
/** A segment of a run that keeps polling closes after 60 s (architecture: "The flow of one run"). */
const segmentAgeMs = 60_000;
/**
 * A pass leaves archived interactions alone until their last change, mostly our own mark, is a minute old and can be
 * trusted; a run by itself waits for that. What was never archived is taken at once.
 */
const settlingMs = 60_000;

/** What a polling run needs for its whole life; the rest may change from pass to pass. */
export type PollingRunOptions = Pick<
  RunOptions,
  'archive' | 'mirror' | 'catalog' | 'clock' | 'tool' | 'archiveUrl' | 'hideSecrets'
> & {
  readonly onWarning?: (message: string) => void;
};

/** What one pass did. */
export interface PassResult {
  /** True when there was nothing to archive, mark or note. */
  readonly idle: boolean;
  /** Undefined when the pass did all it was asked to. */
  readonly error: unknown;
}

/**
 * One run, with one id, one lock and one chain of entries, that looks at the source again and again. Passes that find
 * nothing write at most one entry an hour; what they covered is held until then.
 */
export class PollingRun implements AsyncDisposable {
  readonly runId: string;
  readonly #options: PollingRunOptions;
  readonly #lock: ArchiveLock;
  readonly #damage: readonly Damage[];
  readonly #startedAt: number;
  readonly #counts = new RunCounts();
  readonly #keys: KeyAllocator;
  readonly #warnings = new Set<string>();
  readonly #calls = new CallSum();
  #writer: JournalWriter | undefined;
  #identity: SourceIdentity | undefined;
  #held: JournalledWindow[] = [];
  #covered: JournalledWindow[] = [];
  #journalledAt: number | undefined;
  #marksSentAt = -Infinity;
  #listedUnchanged = 0;
  #records = { plaintext: 0, stored: 0 };
  #marks: { sent: number; failed: readonly FailedMark[] } = { sent: 0, failed: [] };

  private constructor(
    options: PollingRunOptions,
    runId: string,
    lock: ArchiveLock,
    damage: readonly Damage[],
  ) {
    this.#options = options;
    this.runId = runId;
    this.#lock = lock;
    this.#damage = damage;
    this.#startedAt = options.clock.now();
    this.#keys = options.archive.keys.writer();
    if (lock.bestEffort)
      this.#warn('the store cannot create an object only if it is absent: the lock is best effort');
  }

  /** Takes the lock and reads the journal. Throws `ARCHIVE_LOCKED`, and what the store throws. */
  static async open(options: PollingRunOptions, signal?: AbortSignal): Promise<PollingRun> {
    const { clock } = options;
    const runId = newId();
    const lock = await takeLock(options, { runId, clock });
    try {
      const damage = await readState({ ...options, ...(signal && { signal }) });
      return new PollingRun(options, runId, lock, damage);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** False when it must go on under a new id: whether its last entry is there cannot be told, or its numbers end. */
  get canGoOn(): boolean {
    return this.#writer?.isSpent !== true;
  }

  /** Up to here everything is archived or named as failed, on all lanes; undefined before anything is covered. */
  lowWaterMark(lanes: readonly Lane[]): string | undefined {
    const marks = lanes.map((lane) => coverageOf(this.#windowsOf(lane)).lowWaterMark);
    return marks.some((mark) => mark === undefined) ? undefined : marks.toSorted()[0];
  }

  /** Looks at the source once: archives, commits, marks. */
  async pass(options: Omit<RunOptions, keyof PollingRunOptions>): Promise<PassResult> {
    try {
      const end = await this.#pass({ ...options, ...this.#options });
      return { idle: end.entries === 0, error: end.error };
    } catch (error) {
      return { idle: true, error };
    }
  }

  /** The report so far. */
  report(error?: unknown): StoredReport {
    return completionReport({
      options: this.#options,
      start: { runId: this.runId, startedAt: this.#startedAt, damage: this.#damage },
      profile: (this.#identity ?? this.#options.catalog.identity())?.profile ?? '',
      apiCalls: this.callCounts(),
      counts: this.#counts,
      windows: this.#covered.map(({ lane, from, to }) => ({ lane, from, to })),
      listedUnchanged: this.#listedUnchanged,
      records: this.#records,
      marks: this.#marks,
      warnings: [...this.#warnings],
      error,
    });
  }

  callCounts(): CallCounts {
    return this.#calls.total();
  }

  /** Writes the final entry, with the windows that are held, and the report. */
  async end(options: { readonly archivedRecords: boolean; readonly error?: unknown }): Promise<RunResult> {
    let { error } = options;
    try {
      await this.#writeEnd(error);
    } catch (cause) {
      error ??= cause;
    }
    const archived_records = options.archivedRecords
      ? archivedRecordsOf(this.#options.catalog, this.runId)
      : [];
    const report: RunReport = { ...this.report(error), archived_records };
    return { report, error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock.release();
  }

  async #writeEnd(error: unknown): Promise<void> {
    if (!this.#writer) return; // the source was never reached: there is nothing to say, and nobody to name
    const stored = await this.#writer.append({ windows: this.#held.map(entryWindow) }, { final: true });
    this.#options.catalog.apply(stored);
    this.#held = [];
    await this.#writer.writeReport(toJson(this.report(error)));
  }

  async #pass(options: RunOptions): Promise<PassEnd> {
    const { clock, source } = options;
    this.#calls.watch(source);
    await this.#lock.check(); // before anything is fetched in vain
    const capabilities = await this.#check(options);
    const now = clock.now();
    const pendingMarks = (await this.#recover(options)) || now - this.#marksSentAt >= hour;
    const due = this.#journalledAt === undefined || now - this.#journalledAt >= hour;
    const passOptions: RunOptions = {
      ...options,
      segmentAgeMs,
      settlingLagMs: Math.max(options.settlingLagMs ?? 0, settlingMs),
      onWarning: (message) => {
        this.#warn(message);
      },
    };
    const session = new RunSession(passOptions, {
      runId: this.runId,
      startedAt: this.#startedAt,
      capabilities,
      warnings: [],
      damage: this.#damage,
      windows: windowsToList(
        passOptions,
        (message) => {
          this.#warn(message);
        },
        (lane) => this.#known(lane, options.since),
      ),
      writer: this.#writerFor(capabilities.identity),
      keys: this.#keys,
      counts: this.#counts,
      isDue: afterPause(options.catalog, now),
      pendingMarks,
    });
    const end = await session.pass((covered) => this.#hold(covered), due);
    if (pendingMarks && end.error === undefined) this.#marksSentAt = now;
    this.#note(end);
    return end;
  }

  /** True when archives that lagged are whole again: then marks that waited for them go out. */
  async #recover({ mirror, archive, catalog, signal }: RunOptions): Promise<boolean> {
    if (!mirror || mirror.isWhole) return false;
    return mirror.recover({ archive, catalog, signal });
  }

  async #check(options: RunOptions): Promise<CapabilityReport> {
    const wants = { media: options.media ?? true, mark: options.mark ?? true };
    const { source, signal, catalog } = options;
    const capabilities = await source.check({ ...wants, ...(signal && { signal }) });
    for (const warning of checkSource(capabilities, wants)) this.#warn(warning);
    checkIdentity(this.#identity ?? catalog.identity(), capabilities.identity);
    this.#identity = capabilities.identity;
    return capabilities;
  }

  #writerFor(identity: SourceIdentity): JournalWriter {
    return (this.#writer ??= journalWriter(this.#options, {
      runId: this.runId,
      lock: this.#lock,
      identity,
    }));
  }

  /** Where to begin: `since` counts for the first pass; later ones need not look at all of it again. */
  #known(lane: Lane, since: string | undefined): LaneStart {
    const windows = this.#windowsOf(lane);
    if (since === undefined) return { windows, since };
    const after = this.#covered.length === 0 ? [] : windowsAfter(windows, since);
    return after.length === 0 ? { windows, since } : { windows: after, since: undefined };
  }

  #windowsOf(lane: Lane): JournalledWindow[] {
    return [...this.#options.catalog.windows(lane), ...this.#held.filter((window) => window.lane === lane)];
  }

  #hold(covered: readonly ListWindow[]): readonly EntryWindow[] {
    const at = new Date(this.#options.clock.now()).toISOString();
    for (const { lane, from, to } of covered) {
      this.#held = holdWindow(this.#held, { lane, from, to, at });
      this.#covered = holdWindow(this.#covered, { lane, from, to, at });
    }
    return this.#held.map(entryWindow);
  }

  #note(end: PassEnd): void {
    if (end.journalled) this.#held = [];
    if (end.entries > 0) this.#journalledAt = this.#options.clock.now();
    this.#listedUnchanged = end.listedUnchanged;
    this.#records = {
      plaintext: this.#records.plaintext + end.records.plaintext,
      stored: this.#records.stored + end.records.stored,
    };
    const { sent, failed } = end.marks;
    const tried = sent + failed.length > 0;
    this.#marks = { sent: this.#marks.sent + sent, failed: tried ? failed : this.#marks.failed };
  }

  #warn(message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    this.#options.onWarning?.(message);
  }
}

function entryWindow({ lane, from, to }: JournalledWindow): EntryWindow {
  return { lane, from, to };
}

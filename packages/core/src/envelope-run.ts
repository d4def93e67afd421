import { EnvelopeSealer, newEnvelopeName, newId } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type {
  CapabilityReport,
  InteractionSource,
  ObjectStore,
  Secret,
  SourceFailure,
  SourceInteraction,
} from '@cxvault/plugin-api';

import { eachAtOnce } from './at-once.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { EnvelopeList, listAll } from './envelope-list.ts';
import { canMark, checkSource } from './run/checks.ts';
import { discreetReport, type HideSecrets } from './run/discreet-report.ts';
import { formatReason, splitReason } from './run/failure-reason.ts';
import { archivedStatus } from './run/marker.ts';
import { archivalRecord, describeMedium, recordLine } from './run/record.ts';
import { callsPer1000, errorField, successRate } from './run/report.ts';
import type { RunReport } from './run/report.ts';
import type { RunResult } from './run/run-start.ts';
import { createObject } from './store-create.ts';

const mostRecords = 1_000; // of one envelope
const mostBytes = 16 * 1024 * 1024; // of lines in one envelope
const defaultConcurrency = 8; // interactions
const beginningOfTime = '1970-01-01T00:00:00.000Z';

export interface EnvelopeRunOptions {
  readonly source: InteractionSource;
  /** A store whose prefix is the folder of the envelopes. */
  readonly store: ObjectStore;
  readonly password: Secret;
  /** How the report names the place. */
  readonly archiveUrl: string;
  /** As for a run with a journal. */
  readonly hideSecrets: HideSecrets;
  /** Update times, [since, until), ISO 8601 UTC; everything by default. */
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  /** Only these; the list is not read. */
  readonly interactions?: readonly string[];
  /** @default true */
  readonly mark?: boolean;
  /** Interactions at the same time. @default 8 */
  readonly concurrency?: number;
  readonly onProgress?: (progress: {
    readonly listed: number;
    readonly archived: number;
    readonly failed: number;
  }) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Archives the way the original tutorial does: everything that the source lists, each time; records only, without
 * media; in envelopes `archive_<32 hex>.enc.gz` of up to 1,000 records; without a journal. An interaction is marked
 * after the envelope with its record is stored. Like `runArchive`, throws before anything is started, and returns
 * its report afterwards, with the reason if it broke off.
 */
export async function runEnvelope(options: EnvelopeRunOptions): Promise<RunResult> {
  const clock = options.clock ?? systemClock;
  const startedAt = clock.now();
  const wants = { media: false, mark: options.mark ?? true };
  const capabilities = await options.source.check({ ...wants, ...optionsOf(options.signal) });
  const warnings = checkSource(capabilities, wants);
  const run = new EnvelopeRun(options, capabilities, await EnvelopeSealer.create(options.password));
  let error: unknown;
  try {
    await run.archiveAll(new Date(options.source.now() ?? startedAt).toISOString());
  } catch (cause) {
    error = options.signal?.aborted === true ? interrupted(cause) : cause;
  } finally {
    run.close();
  }
  return { report: run.report({ startedAt, endedAt: clock.now(), warnings, error }), error };
}

interface Fetched {
  readonly id: string;
  readonly line: Buffer;
}

/** One run under way. */
class EnvelopeRun {
  readonly #options: EnvelopeRunOptions;
  readonly #capabilities: CapabilityReport;
  readonly #sealer: EnvelopeSealer;
  readonly #list = new EnvelopeList();
  readonly #archived: { interaction_id: string; object_key: string }[] = [];
  readonly #failed = new Map<string, string>();
  readonly #failedMarks: { interaction_id: string; reason: string }[] = [];
  readonly #again: string[] = [];
  readonly #bytes = { plaintext: 0, stored: 0 };
  #batch: Fetched[] = [];
  #batchBytes = 0;
  #storing: Promise<void> = Promise.resolve();
  #retried = 0;
  #sent = 0;
  #unmarkable = 0;

  constructor(options: EnvelopeRunOptions, capabilities: CapabilityReport, sealer: EnvelopeSealer) {
    this.#options = options;
    this.#capabilities = capabilities;
    this.#sealer = sealer;
  }

  close(): void {
    this.#list.close();
  }

  /** `now`: the API's clock, where the list ends. */
  async archiveAll(now: string): Promise<void> {
    await this.#listEverything(now);
    try {
      await this.#fetchAll(this.#list.ids(), false);
      await this.#fetchAll(this.#again, true);
    } finally {
      // what was fetched before an interruption is stored all the same
      await this.#storeBatch();
    }
  }

  async #listEverything(now: string): Promise<void> {
    const { source, interactions, since, until, limit = Infinity, signal } = this.#options;
    for (const id of interactions ?? []) this.#list.add(id);
    if (interactions) return;
    const lane = source.lanes[0] ?? 'update';
    const kept = source.reach?.[lane]?.kept;
    const earliest = kept === undefined ? beginningOfTime : new Date(Date.parse(now) - kept).toISOString();
    const window = { lane, from: since ?? earliest, to: until ?? now };
    // without an end of its own it takes along what changed since it began: there is no journal to come back to it
    await listAll(source, window, this.#list, { limit, untilEnd: until !== undefined, signal });
  }

  async #fetchAll(ids: Iterable<string>, again: boolean): Promise<void> {
    const { concurrency = defaultConcurrency, signal } = this.#options;
    await eachAtOnce(ids, concurrency, async (id) => {
      signal?.throwIfAborted();
      const answer = await this.#options.source.fetch(id, optionsOf(signal));
      if ('unavailable' in answer) this.#fail(id, answer.unavailable, again);
      else await this.#take(answer, again);
    });
  }

  #fail(id: string, failure: SourceFailure, again: boolean): void {
    if (!failure.permanent && !again) this.#again.push(id);
    this.#failed.set(id, formatReason(failure));
    this.#progress();
  }

  async #take(interaction: SourceInteraction, again: boolean): Promise<void> {
    const id = interaction.interactionId;
    const media = interaction.media.map(describeMedium);
    const line = recordLine(archivalRecord(interaction, media, this.#capabilities.identity));
    if (this.#failed.delete(id) && again) this.#retried += 1;
    this.#batch.push({ id, line });
    this.#batchBytes += line.length + 1;
    if (this.#batch.length >= mostRecords || this.#batchBytes >= mostBytes) await this.#storeBatch();
  }

  /** Seals and stores what was gathered, one envelope at a time, then marks its interactions. */
  #storeBatch(): Promise<void> {
    const batch = this.#batch;
    const plaintext = this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#storing = this.#storing.then(async () => {
      if (batch.length > 0) await this.#storeEnvelope(batch, plaintext);
    });
    return this.#storing;
  }

  async #storeEnvelope(batch: readonly Fetched[], plaintext: number): Promise<void> {
    const key = newEnvelopeName();
    const bytes = await this.#sealer.seal(batch.map(({ line }) => line));
    await createObject(this.#options.store, key, bytes, { contentType: 'application/json' });
    this.#bytes.plaintext += plaintext;
    this.#bytes.stored += bytes.length;
    for (const { id } of batch) this.#archived.push({ interaction_id: id, object_key: key });
    this.#progress();
    if ((this.#options.mark ?? true) && canMark(this.#capabilities)) await this.#markAll(batch);
  }

  async #markAll(batch: readonly Fetched[]): Promise<void> {
    const { source, concurrency = defaultConcurrency, signal } = this.#options;
    await eachAtOnce(batch, concurrency, async ({ id }) => {
      if (signal?.aborted) return; // stays unmarked: the report counts it as pending
      const outcome = await source.mark(id, archivedStatus, optionsOf(signal));
      if (outcome === 'sent') this.#sent += 1;
      else if (outcome === 'nothing-to-mark') this.#unmarkable += 1;
      else this.#failedMarks.push({ interaction_id: id, reason: formatReason(outcome.failed) });
    });
  }

  #progress(): void {
    this.#options.onProgress?.({
      listed: this.#list.count(),
      archived: this.#archived.length,
      failed: this.#failed.size,
    });
  }

  report(end: {
    startedAt: number;
    endedAt: number;
    warnings: readonly string[];
    error: unknown;
  }): RunReport {
    const archived = this.#archived.length;
    const total = archived + this.#failed.size;
    const calls = this.#options.source.callCounts();
    const report = {
      ...nothingOf(this.#options),
      total_interactions: total,
      successful_archives: archived,
      failed_archives: this.#failed.size,
      retried_and_succeeded: this.#retried,
      success_rate: successRate(archived, total),
      archived_records: this.#archived,
      failed_records: Array.from(this.#failed, ([id, reason]) => ({
        interaction_id: id,
        ...splitReason(reason),
      })),
      generated_at: new Date(end.endedAt).toISOString(),
      run_id: newId(),
      profile: this.#capabilities.identity.profile,
      bytes: { ...this.#bytes },
      marks: {
        sent: this.#sent,
        failed: this.#failedMarks,
        pending: archived - this.#sent - this.#unmarkable - this.#failedMarks.length,
      },
      api_calls: calls,
      calls_per_1000: callsPer1000(calls, archived),
      duration_ms: end.endedAt - end.startedAt,
      warnings: end.warnings,
      ...(end.error !== undefined && { error: errorField(end.error) }),
    };
    return discreetReport(report, this.#options.hideSecrets);
  }
}

/** What a run without journal and media has nothing to say about. */
function nothingOf({ archiveUrl }: EnvelopeRunOptions) {
  return {
    archive: archiveUrl,
    windows: [],
    tips: [],
    unchanged: 0,
    given_up: 0,
    media: { archived: 0, bytes: 0, absent: 0, provisional: 0 },
    journal_damage: [],
  };
}

function optionsOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function interrupted(cause: unknown): CxvaultError {
  return new CxvaultError('INTERRUPTED', 'the run was interrupted; what it had archived is stored', {
    hint: 'run again: an envelope run archives everything anew each time',
    cause,
  });
}

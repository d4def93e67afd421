import { PollingRun, type RunProgress, type RunReport, type RunResult, systemClock } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import { BackOff } from '../back-off.ts';
import { type CommandContext, openContext } from '../context.ts';
import { exitIncomplete, firstExit } from '../exit-codes.ts';
import { type Failure, failureOf } from '../failure.ts';
import { type Interruption, watchInterruption } from '../interruption.ts';
import { RunMetrics } from '../metrics/run-metrics.ts';
import { presentOutage, presentWaiting, type ServiceCounts } from '../present/service.ts';
import { hideSecrets } from '../redact.ts';
import { writeReport } from '../report-file.ts';
import { type CacheFiles, openCacheFolder } from '../session/cache-folder.ts';
import { openCatalog, type OpenCatalog } from '../session/open-catalog.ts';
import { openRunSession, type RunSession } from '../session/open-mirror.ts';
import { openSource, type OpenSource } from '../session/open-source.ts';
import { archivesOf } from '../session/open-store.ts';
import { runSettings, type RunSettings } from '../settings/run-settings.ts';
import { ServiceCounters } from '../telemetry/report-counters.ts';
import { conclude, type RunFlags, type RunOutcome } from './run.ts';
import { RunHistory } from './run-history.ts';
import { type PageOrder, pageFailure, withPage } from './run-page-file.ts';
import { RunWatch } from './run-watch.ts';

/** The exit code of what may be over soon: CXone or the store refused or is away. */
const outageExit = 20;

/** `run --every`: looks again and again until a signal ends it, and rides out outages. */
export async function serve(context: CommandContext, flags: RunFlags): Promise<RunOutcome> {
  let wake = new AbortController();
  const hangup = { came: false };
  using interruption = watchInterruption(context.warn, () => {
    hangup.came = true;
    wake.abort();
  });
  await using service = await Service.start(context, flags, interruption);
  while (!interruption.signal.aborted) {
    if (hangup.came) await service.reload();
    hangup.came = false;
    wake = new AbortController();
    const next = await service.look();
    if (next === undefined) break;
    await systemClock.sleep(next, AbortSignal.any([interruption.signal, wake.signal])).catch(() => undefined);
  }
  return await service.end();
}

/** A service between its start and its end. */
class Service implements AsyncDisposable {
  readonly #flags: RunFlags;
  readonly #interruption: Interruption;
  readonly #cache: CacheFiles;
  readonly #watch: RunWatch;
  readonly #metrics: RunMetrics;
  readonly #backOff = new BackOff();
  #context: CommandContext;
  #settings: RunSettings;
  #session: RunSession | undefined;
  #catalog: OpenCatalog | undefined;
  #source: OpenSource | undefined;
  #run: PollingRun | undefined;
  readonly #counters = new ServiceCounters();
  /** Of the last report; undefined before the first. */
  #done: ServiceCounts | undefined;
  /** What the page shows, if one is asked for: from the start of the service on. */
  readonly #history: RunHistory | undefined;
  /** What ends the service, or kept it from beginning. */
  #error: unknown;

  private constructor(
    context: CommandContext,
    flags: RunFlags,
    interruption: Interruption,
    parts: { readonly cache: CacheFiles; readonly watch: RunWatch; readonly metrics: RunMetrics },
  ) {
    this.#context = context;
    this.#flags = flags;
    this.#interruption = interruption;
    this.#settings = runSettings(flags, context.settings.config, systemClock.now());
    this.#history = this.#settings.html === undefined ? undefined : new RunHistory(systemClock);
    this.#cache = parts.cache;
    this.#watch = parts.watch;
    this.#metrics = parts.metrics;
  }

  static async start(context: CommandContext, flags: RunFlags, interruption: Interruption): Promise<Service> {
    const cache = await openCacheFolder(context.oclif);
    const { metricsFile } = runSettings(flags, context.settings.config, systemClock.now());
    const [{ href: archive }] = archivesOf(context, flags.archive);
    const watch = new RunWatch(context);
    const metrics = await RunMetrics.start(metricsFile, { archive, budgets: watch.budgets }, context.warn);
    watch.measureInto(metrics);
    return new Service(context, flags, interruption, { cache, watch, metrics });
  }

  /** One pass. Returns after how many milliseconds to look again; undefined: this is the end. */
  async look(): Promise<number | undefined> {
    const startedAt = systemClock.now();
    const error = await this.#pass();
    if (this.#interruption.signal.aborted) return undefined;
    const failure = error === undefined ? undefined : failureOf(error);
    await this.#measure(failure);
    this.#error = error;
    if (failure !== undefined && failure.exit !== outageExit) return undefined;
    const now = systemClock.now();
    if (failure === undefined) this.#backOff.reset();
    const next =
      failure === undefined
        ? Math.max(now, startedAt + (this.#settings.everyMs ?? 0))
        : now + this.#backOff.next();
    this.#announce(next, failure);
    return next - now;
  }

  /** Reads the configuration again; one that is broken is told, and the old one kept. */
  async reload(): Promise<void> {
    try {
      const context = await openContext(this.#context.oclif, this.#flags);
      const settings = runSettings(this.#flags, context.settings.config, systemClock.now());
      if (settings.everyMs === undefined) throw keptGoing();
      if (this.#session && !namesSame(archivesOf(context, this.#flags.archive), this.#session.urls))
        context.warn('another archive is taken only by a new start');
      if (settings.retainMs !== this.#settings.retainMs && this.#session)
        context.warn('another time to retain is taken only by a new start');
      this.#context = context;
      this.#settings = settings;
      await this.#closeSource();
      context.log('info', 'service.reloaded', { file: context.settings.file });
    } catch (error) {
      const { message } = failureOf(error);
      this.#context.warn(`the configuration was not read again, the old one is kept: ${message}`);
      this.#context.log('warn', 'service.reload_failed', { reason: message });
    }
  }

  /** The final entry and the report. SIGTERM is a good end; without an open archive there is nothing to report. */
  async end(): Promise<RunOutcome> {
    const asked = this.#interruption.by === 'SIGTERM';
    if (!this.#run) throw this.#error ?? this.#interruption.signal.reason;
    const interrupted: unknown = asked ? undefined : this.#interruption.signal.reason;
    const error = this.#interruption.signal.aborted ? interrupted : this.#error;
    const archivedRecords = this.#settings.reportRecords === 'all';
    const result = await this.#run.end({ archivedRecords, error });
    this.#counters.note(this.#context.telemetry, result.report);
    const concluded = await conclude(result, this.#settings);
    const outcome = await withPage(concluded, this.#pageOf(result.report));
    this.#metrics.note({ report: result.report });
    return asked ? { ...outcome, exit: goodExit(result, outcome) } : outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#metrics[Symbol.asyncDispose]();
    await this.#closeSource();
    await this.#run?.[Symbol.asyncDispose]();
    this.#catalog?.[Symbol.dispose]();
    await this.#session?.[Symbol.asyncDispose]();
  }

  /** Undefined when all was done; else what went wrong. */
  async #pass(): Promise<unknown> {
    const { signal } = this.#interruption;
    try {
      const run = (this.#run ??= await this.#open());
      const { source } = (this.#source ??= await openSource(
        this.#context,
        this.#cache,
        this.#flags,
        this.#watch.budgets,
        this.#history?.watch,
      ));
      const options = {
        ...this.#settings.run,
        source,
        signal,
        onProgress: (state: RunProgress) => {
          this.#watch.update(state);
        },
        ...(this.#history && { onCommit: this.#history.onCommit }),
      };
      const { idle, error } = await this.#context.telemetry.span(
        'run',
        {},
        () => run.pass(options),
        (result) => result.error,
      );
      await this.#note(run, idle && error === undefined);
      if (error !== undefined) await this.#closeSource(); // a login or a connection that is spoilt must not stay
      if (!run.canGoOn && !signal.aborted) await this.#closeRun(run, error);
      return error;
    } catch (error) {
      return error;
    }
  }

  async #open(): Promise<PollingRun> {
    const session = (this.#session ??= await openRunSession(this.#context, this.#flags, this.#settings));
    const { catalog } = (this.#catalog ??= openCatalog(this.#cache, session.archive));
    const { oclif } = this.#context;
    const options = {
      archive: session.archive,
      mirror: session.mirror,
      catalog,
      clock: systemClock,
      tool: { name: oclif.name, version: oclif.version },
      archiveUrl: session.url.href,
      hideSecrets,
      onWarning: (text: string) => {
        this.#context.warn(text);
      },
    };
    return await PollingRun.open(options, this.#interruption.signal);
  }

  /** Goes on under a new id: it ends here if its last entry is known to be there. */
  async #closeRun(run: PollingRun, error: unknown): Promise<void> {
    if (error === undefined) await run.end({ archivedRecords: false });
    this.#counters.note(this.#context.telemetry, run.report());
    await run[Symbol.asyncDispose]();
    this.#run = undefined;
    this.#context.log('info', 'service.new_run', { after: run.runId });
  }

  async #closeSource(): Promise<void> {
    await this.#source?.[Symbol.asyncDispose]();
    this.#source = undefined;
  }

  /** Reports a pass that did something. */
  async #note(run: PollingRun, idle: boolean): Promise<void> {
    const lanes = this.#source?.source.lanes ?? [];
    this.#metrics.note({ lowWaterMark: run.lowWaterMark(lanes) });
    if (idle && this.#done) return;
    const report = run.report();
    this.#done = { archived: report.successful_archives, failed: report.failed_archives };
    this.#counters.note(this.#context.telemetry, report);
    this.#metrics.note({ report });
    await this.#write({ ...report, archived_records: [] });
    this.#context.log('info', 'service.pass', {
      run_id: run.runId,
      archived: report.successful_archives,
      failed: report.failed_archives,
      marks_pending: report.marks.pending,
    });
  }

  /** The report so far, where it was asked for. */
  async #write(report: RunReport): Promise<void> {
    const { report: file } = this.#settings;
    if (file !== undefined) {
      await writeReport(file, report).catch((error: unknown) => {
        this.#context.warn(failureOf(error).message);
      });
    }
    const exit = report.failed_archives > 0 || report.journal_damage.length > 0 ? exitIncomplete : 0;
    const unwritten = await pageFailure({ failure: undefined, exit }, this.#pageOf(report));
    if (unwritten !== undefined) this.#context.warn(unwritten.message);
  }

  #pageOf(full: RunReport): PageOrder {
    const archive = this.#session?.archive;
    if (archive && this.#catalog)
      this.#history?.readArchive(this.#catalog.catalog, this.#cache.proofs, archive.id);
    return { file: this.#settings.html, context: this.#context, history: this.#history, full };
  }

  async #measure(failure: Failure | undefined): Promise<void> {
    const succeeded = failure === undefined ? { succeededAt: systemClock.now() } : {};
    this.#metrics.note({ exit: failure?.exit ?? 0, ...succeeded });
    await this.#metrics.write();
  }

  #announce(next: number, failure: Failure | undefined): void {
    const now = systemClock.now();
    const at = new Date(next).toISOString();
    if (failure === undefined) this.#context.log('info', 'service.next', { at });
    else {
      this.#context.warn(presentOutage(failure.message, next, now));
      this.#context.log('warn', 'service.outage', { code: failure.code, reason: failure.message, at });
    }
    const done = this.#done;
    this.#watch.show(() => ({ text: presentWaiting(next, systemClock.now(), done) }));
  }
}

function namesSame(urls: readonly URL[], others: readonly URL[]): boolean {
  return urls.length === others.length && urls.every(({ href }, at) => href === others[at]?.href);
}

function keptGoing(): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', 'run.every is gone: SIGTERM ends a service');
}

/** A service that was asked to end did its work, whatever is still to be tried again; not so a damaged journal. */
function goodExit({ report, error }: RunResult, { failure }: RunOutcome): number {
  const damage = report.journal_damage.length > 0 ? exitIncomplete : 0;
  return error === undefined && failure === undefined ? damage : firstExit([failure?.exit ?? 0, damage]);
}

import {
  coverageOf,
  type EnvelopeRunOptions,
  planRun,
  runArchive,
  runEnvelope,
  type RunOptions,
  type RunPlan,
  type RunReport,
  type RunResult,
  systemClock,
} from '@cxvault/core';
import type { BaseFlags } from '../base-command.ts';
import { BudgetUse } from '../budget-use.ts';
import type { CommandContext } from '../context.ts';
import { exitIncomplete, firstExit } from '../exit-codes.ts';
import { type Failure, failureOf } from '../failure.ts';
import { watchInterruption } from '../interruption.ts';
import { RunMetrics } from '../metrics/run-metrics.ts';
import { count } from '../present/layout.ts';
import { showProgress } from '../progress.ts';
import { hideSecrets } from '../redact.ts';
import { checkOutputPlace, writeReport } from '../report-file.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { envelopePassword } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { openRunSession, type RunArchiveFlags } from '../session/open-mirror.ts';
import { openSource } from '../session/open-source.ts';
import { archiveOf, openStore } from '../session/open-store.ts';
import { type RunFlagValues, runSettings, type RunSettings } from '../settings/run-settings.ts';
import { tracedRun } from '../telemetry/traced-work.ts';
import { RunHistory } from './run-history.ts';
import { withPage } from './run-page-file.ts';
import { RunWatch } from './run-watch.ts';

export type { RunPlan, RunReport };

/** How a run ended. */
export interface RunOutcome {
  readonly report: RunReport;
  /** Why it broke off, or what failed after its end. */
  readonly failure: Failure | undefined;
  readonly exit: number;
}

/** The flags of `run`. */
export interface RunFlags extends RunArchiveFlags, RunFlagValues, BaseFlags {}

/** Archives what is closed and not yet archived. The exit code also tells of failures that are in the report. */
export async function run(context: CommandContext, flags: RunFlags): Promise<RunOutcome> {
  const settings = runSettings(flags, context.settings.config, systemClock.now());
  if (settings.report !== undefined) await checkOutputPlace(settings.report, '--report');
  if (settings.html !== undefined) await checkOutputPlace(settings.html, '--html');
  if (settings.everyMs !== undefined) {
    const { serve } = await import('./service.ts');
    return await serve(context, flags);
  }
  const history = settings.html === undefined ? undefined : new RunHistory(systemClock);
  const result =
    settings.format === 'envelope'
      ? await runIntoEnvelopes(context, flags, settings, history)
      : await withArchiveAndSource(
          context,
          flags,
          settings,
          (options, watch) => archive(context, settings, options, watch),
          history,
        );
  const outcome = await conclude(result, settings);
  return await withPage(outcome, { file: settings.html, context, history, full: result.report });
}

/** Lists what a run would do, and changes nothing. */
export async function dryRun(context: CommandContext, flags: RunFlags): Promise<RunPlan> {
  const settings = runSettings(flags, context.settings.config, systemClock.now());
  const plan = await withArchiveAndSource(context, flags, settings, (options) => planRun(options));
  for (const warning of plan.warnings) context.warn(warning);
  return plan;
}

async function withArchiveAndSource<Result>(
  context: CommandContext,
  flags: RunFlags,
  settings: RunSettings,
  work: (options: RunOptions, watch: RunWatch) => Promise<Result>,
  history?: RunHistory,
): Promise<Result> {
  const cache = await openCacheFolder(context.oclif);
  await using session = await openRunSession(context, flags, settings);
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  using watch = new RunWatch(context);
  await using source = await openSource(context, cache, flags, watch.budgets, history?.watch);
  const options: RunOptions = {
    ...settings.run,
    archive: session.archive,
    mirror: session.mirror,
    catalog: catalog.catalog,
    source: source.source,
    clock: systemClock,
    tool: { name: context.oclif.name, version: context.oclif.version },
    archiveUrl: session.url.href,
    hideSecrets,
    signal: interruption.signal,
    onProgress: (state) => {
      watch.update(state);
    },
    onWarning: context.warn,
    ...(history && { onCommit: history.onCommit }),
  };
  const result = await work(options, watch);
  history?.readArchive(catalog.catalog, cache.proofs, session.archive.id);
  return result;
}

/** Archives, and keeps the metrics of it. */
async function archive(
  context: CommandContext,
  settings: RunSettings,
  options: RunOptions,
  watch: RunWatch,
): Promise<RunResult> {
  const measures = { archive: options.archiveUrl, budgets: watch.budgets };
  await using metrics = await RunMetrics.start(settings.metricsFile, measures, context.warn);
  watch.measureInto(metrics);
  const result = await measured(metrics, () => tracedRun(context.telemetry, () => runArchive(options)));
  metrics.note({ lowWaterMark: lowWaterMark(options) });
  return result;
}

/** Does a run, and tells how it ended. */
async function measured(metrics: RunMetrics, work: () => Promise<RunResult>): Promise<RunResult> {
  try {
    const result = await work();
    const { report, error } = result;
    const done = error === undefined ? { succeededAt: systemClock.now() } : {};
    metrics.note({ report, exit: exitOf(result), ...done });
    return result;
  } catch (error) {
    metrics.note({ exit: failureOf(error).exit });
    throw error;
  }
}

/** Up to here everything is archived, on all lanes. */
function lowWaterMark({ source, catalog }: RunOptions): string | undefined {
  const marks = source.lanes.map((lane) => coverageOf(catalog.windows(lane)).lowWaterMark);
  return marks.some((mark) => mark === undefined) ? undefined : marks.toSorted()[0];
}

/** The tutorial's way, for those who read its files with other programs. */
async function runIntoEnvelopes(
  context: CommandContext,
  flags: RunFlags,
  settings: RunSettings,
  history: RunHistory | undefined,
): Promise<RunResult> {
  const url = archiveOf(context, flags.archive);
  const password = await envelopePassword(context, flags);
  context.warn(
    'envelopes hold records only, without media, journal or proof of completeness; each run writes all anew',
  );
  const cache = await openCacheFolder(context.oclif);
  const { store } = await openStore(context, url);
  using interruption = watchInterruption(context.warn);
  using progress = showProgress(context);
  const budgets = new BudgetUse();
  const measures = { archive: url.href, budgets };
  await using metrics = await RunMetrics.start(settings.metricsFile, measures, context.warn);
  try {
    // No archive is opened here, and it may take long until the first envelope is stored: is there a store at all?
    for await (const found of store.list('')) if (found.size >= 0) break;
    await using source = await openSource(context, cache, flags, budgets, history?.watch);
    const options: EnvelopeRunOptions = {
      ...settings.run,
      source: source.source,
      store,
      password,
      archiveUrl: url.href,
      hideSecrets,
      signal: interruption.signal,
      onProgress: ({ listed, archived, failed }) => {
        progress.update(
          `archiving: ${count(archived)} archived, ${count(failed)} failed, ${count(listed)} listed`,
        );
      },
    };
    return await measured(metrics, () => tracedRun(context.telemetry, () => runEnvelope(options)));
  } finally {
    await store.close();
  }
}

/** The outcome of a run, its report written where it was asked for. */
export async function conclude(result: RunResult, settings: RunSettings): Promise<RunOutcome> {
  const { report, error } = result;
  const broken = error === undefined ? undefined : failureOf(error);
  const shown = withError(onlyRecords(report, settings.reportRecords), broken);
  const unwritten = settings.report === undefined ? undefined : await reportFailure(settings.report, shown);
  return {
    report: shown,
    failure: broken ?? unwritten,
    exit: firstExit([exitOf(result), unwritten?.exit ?? 0]),
  };
}

function exitOf({ report, error }: RunResult): number {
  const incomplete = report.failed_archives > 0 || report.journal_damage.length > 0;
  return firstExit([error === undefined ? 0 : failureOf(error).exit, incomplete ? exitIncomplete : 0]);
}

/** An error in a report looks like the error of any command, with the exit code. */
export function withError(report: RunReport, failure: Failure | undefined): RunReport {
  return failure === undefined ? report : { ...report, error: failure };
}

/** A run that is done has a report to print, even if its file cannot be written. */
async function reportFailure(file: string, report: RunReport): Promise<Failure | undefined> {
  try {
    await writeReport(file, report);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

/** `--report-records`: a report of a million interactions need not list them. */
function onlyRecords(report: RunReport, records: 'all' | 'failed' | 'none'): RunReport {
  return {
    ...report,
    archived_records: records === 'all' ? report.archived_records : [],
    failed_records: records === 'none' ? [] : report.failed_records,
  };
}

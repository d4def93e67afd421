import {
  planRun,
  runEnvelope,
  type RunOptions,
  type RunPlan,
  type RunReport,
  type RunResult,
  systemClock,
} from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete, firstExit } from '../exit-codes.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { count } from '../present/layout.ts';
import { presentRunProgress } from '../present/run-progress.ts';
import { showProgress } from '../progress.ts';
import { checkReportPlace, writeReport } from '../report-file.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { envelopePassword, openSession } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { openSource } from '../session/open-source.ts';
import { archiveOf, openStore } from '../session/open-store.ts';
import { type RunFlagValues, runSettings, type RunSettings } from '../settings/run-settings.ts';
import { tracedRun } from '../telemetry/traced-work.ts';

export type { RunPlan, RunReport };

/** How a run ended. */
export interface RunOutcome {
  readonly report: RunReport;
  /** Why it broke off, or what failed after its end. */
  readonly failure: Failure | undefined;
  readonly exit: number;
}

type Flags = ArchiveFlagValues & RunFlagValues;

/** Archives what is closed and not yet archived. The exit code also tells of failures that are in the report. */
export async function run(context: CommandContext, flags: Flags): Promise<RunOutcome> {
  const settings = runSettings(flags, context.settings.config, systemClock.now());
  if (settings.report !== undefined) await checkReportPlace(settings.report);
  const result =
    settings.format === 'envelope'
      ? await runIntoEnvelopes(context, flags, settings)
      : await withArchiveAndSource(context, flags, settings, (options) =>
          tracedRun(context.telemetry, options),
        );
  return await conclude(result, settings);
}

/** Lists what a run would do, and changes nothing. */
export async function dryRun(context: CommandContext, flags: Flags): Promise<RunPlan> {
  const settings = runSettings(flags, context.settings.config, systemClock.now());
  return await withArchiveAndSource(context, flags, settings, planRun);
}

async function withArchiveAndSource<Result>(
  context: CommandContext,
  flags: Flags,
  settings: RunSettings,
  work: (options: RunOptions) => Promise<Result>,
): Promise<Result> {
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSession(context, flags);
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  await using source = await openSource(context, cache, flags);
  using progress = showProgress();
  return await work({
    ...settings.run,
    archive: session.archive,
    catalog: catalog.catalog,
    source: source.source,
    clock: systemClock,
    tool: { name: context.oclif.name, version: context.oclif.version },
    archiveUrl: session.url.href,
    signal: interruption.signal,
    onProgress: (state) => {
      progress.update(presentRunProgress(state));
    },
    onWarning: context.warn,
  });
}

/** The tutorial's way, for those who read its files with other programs. */
async function runIntoEnvelopes(
  context: CommandContext,
  flags: Flags,
  settings: RunSettings,
): Promise<RunResult> {
  const url = archiveOf(context, flags.archive);
  const password = await envelopePassword(context, flags);
  context.warn(
    'envelopes hold records only, without media, journal or proof of completeness; each run writes all anew',
  );
  const cache = await openCacheFolder(context.oclif);
  const { store } = await openStore(context, url);
  using interruption = watchInterruption(context.warn);
  using progress = showProgress();
  try {
    // No archive is opened here, and it may take long until the first envelope is stored: is there a store at all?
    for await (const found of store.list('')) if (found.size >= 0) break;
    await using source = await openSource(context, cache, flags);
    return await runEnvelope({
      ...settings.run,
      source: source.source,
      store,
      password,
      archiveUrl: url.href,
      signal: interruption.signal,
      onProgress: ({ listed, archived, failed }) => {
        progress.update(
          `archiving: ${count(archived)} archived, ${count(failed)} failed, ${count(listed)} listed`,
        );
      },
    });
  } finally {
    await store.close();
  }
}

async function conclude({ report, error }: RunResult, settings: RunSettings): Promise<RunOutcome> {
  const broken = error === undefined ? undefined : failureOf(error);
  const shown = withError(onlyRecords(report, settings.reportRecords), broken);
  const unwritten = settings.report === undefined ? undefined : await failureToWrite(settings.report, shown);
  const incomplete = report.failed_archives > 0 || report.journal_damage.length > 0;
  const exits = [broken?.exit ?? 0, unwritten?.exit ?? 0, incomplete ? exitIncomplete : 0];
  return { report: shown, failure: broken ?? unwritten, exit: firstExit(exits) };
}

/** An error in a report looks like the error of any command, with the exit code. */
export function withError(report: RunReport, failure: Failure | undefined): RunReport {
  return failure === undefined ? report : { ...report, error: failure };
}

/** A run that is done has a report to print, even if its file cannot be written. */
async function failureToWrite(file: string, report: RunReport): Promise<Failure | undefined> {
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

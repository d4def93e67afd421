import {
  syncCatalog,
  systemClock,
  verifyEnvelopes,
  type VerifyProgress,
  verifyPublic,
  type VerifyReport,
} from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete, firstExit } from '../exit-codes.ts';
import type { Failure } from '../failure.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { writeMetrics } from '../metrics/metrics-file.ts';
import { verifySamples } from '../metrics/verify-samples.ts';
import { Pace } from '../pace.ts';
import { presentVerifyProgress } from '../present/verify-progress.ts';
import { type Progress, showProgress } from '../progress.ts';
import { checkOutputPlace, failureToWrite } from '../report-file.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { envelopePassword, openSessionAt } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { archiveOf, openStore } from '../session/open-store.ts';
import { parsePeriod } from '../settings/moment.ts';
import { type VerifyFlagValues, verifyMode, verifySettings } from '../settings/verify-settings.ts';
import { tracedVerify } from '../telemetry/traced-work.ts';

export type { VerifyReport };

/** The flags of `verify`. */
export interface VerifyFlags extends ArchiveFlagValues, VerifyFlagValues {}

/** How a verify ended. */
export interface VerifyOutcome {
  readonly report: VerifyReport;
  /** Why its page could not be written. */
  readonly failure: Failure | undefined;
  readonly exit: number;
}

/** Proves an archive, or a folder of envelopes, by reading it back. */
export async function verify(context: CommandContext, flags: VerifyFlags): Promise<VerifyOutcome> {
  const mode = verifyMode(flags);
  const html = flags.html ?? context.settings.config.verify?.html;
  const file = flags['metrics-file'] ?? context.settings.config.verify?.metricsFile;
  if (html !== undefined) await checkOutputPlace(html, '--html');
  if (file !== undefined) await checkOutputPlace(file, '--metrics-file');
  const report =
    mode === 'archive' ? await verifyWithKey(context, flags) : await verifyStore(context, flags, mode);
  const exit = report.ok ? 0 : exitIncomplete;
  const failure =
    html === undefined ? undefined : await pageFailure(html, context, { report, looked: flags, exit });
  const whole = flags.since === undefined && flags.until === undefined;
  if (file !== undefined) await writeMetrics(file, verifySamples(report, whole, systemClock.now()));
  return { report, failure, exit: firstExit([failure?.exit ?? 0, exit]) };
}

async function pageFailure(
  file: string,
  { oclif }: CommandContext,
  ended: { readonly report: VerifyReport; readonly looked: VerifyFlags; readonly exit: number },
): Promise<Failure | undefined> {
  return await failureToWrite(file, async () => {
    const { verifyPage } = await import('../present/html/verify-page.ts');
    return verifyPage({ ...ended, endedAt: systemClock.now(), tool: `${oclif.name} ${oclif.version}` });
  });
}

async function verifyWithKey(context: CommandContext, flags: VerifyFlags): Promise<VerifyReport> {
  const settings = verifySettings(flags, context.settings.config);
  const period = parsePeriod(flags, systemClock.now());
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSessionAt(context, flags, archiveOf(context, flags.archive));
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  using progress = showProgress(context);
  const report = await tracedVerify(context.telemetry, session.archive, {
    ...settings,
    archive: session.url.href,
    since: period.from,
    until: period.to,
    remembered: catalog.catalog,
    proofsFile: cache.proofs,
    signal: interruption.signal,
    onProgress: watchedBy(progress),
  });
  // From now on this machine remembers what it saw: an entry that is gone later is damage.
  await syncCatalog(session.archive, catalog.catalog, interruption.signal);
  return report;
}

async function verifyStore(
  context: CommandContext,
  flags: VerifyFlags,
  mode: 'public' | 'envelope',
): Promise<VerifyReport> {
  const url = archiveOf(context, flags.archive);
  const password = mode === 'envelope' ? await envelopePassword(context, flags) : undefined;
  const { store } = await openStore(context, url);
  try {
    using interruption = watchInterruption(context.warn);
    using progress = showProgress(context);
    const options = {
      archive: url.href,
      signal: interruption.signal,
      onProgress: watchedBy(progress),
    };
    return password === undefined
      ? await verifyPublic(store, options)
      : await verifyEnvelopes(store, password, options);
  } finally {
    await store.close();
  }
}

function watchedBy(progress: Progress): (state: VerifyProgress) => void {
  const pace = { objects: new Pace(), bytes: new Pace() };
  return (state) => {
    pace.objects.note(state.checked);
    pace.bytes.note(state.bytes);
    progress.update(() => presentVerifyProgress(state, pace));
  };
}

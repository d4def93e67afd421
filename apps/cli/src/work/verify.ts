import {
  syncCatalog,
  systemClock,
  verifyEnvelopes,
  type VerifyProgress,
  verifyPublic,
  type VerifyReport,
} from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { writeMetrics } from '../metrics/metrics-file.ts';
import { verifySamples } from '../metrics/verify-samples.ts';
import { Pace } from '../pace.ts';
import { presentVerifyProgress } from '../present/verify-progress.ts';
import { type Progress, showProgress } from '../progress.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { envelopePassword, openSession } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { archiveOf, openStore } from '../session/open-store.ts';
import { parsePeriod } from '../settings/moment.ts';
import { type VerifyFlagValues, verifyMode, verifySettings } from '../settings/verify-settings.ts';
import { tracedVerify } from '../telemetry/traced-work.ts';

export type { VerifyReport };

/** The flags of `verify`. */
export interface VerifyFlags extends ArchiveFlagValues, VerifyFlagValues {}

/** Proves an archive, or a folder of envelopes, by reading it back. */
export async function verify(
  context: CommandContext,
  flags: VerifyFlags,
): Promise<{ report: VerifyReport; exit: number }> {
  const mode = verifyMode(flags);
  const report =
    mode === 'archive' ? await verifyWithKey(context, flags) : await verifyStore(context, flags, mode);
  const file = flags['metrics-file'] ?? context.settings.config.verify?.metricsFile;
  const whole = flags.since === undefined && flags.until === undefined;
  if (file !== undefined) await writeMetrics(file, verifySamples(report, whole, systemClock.now()));
  return { report, exit: report.ok ? 0 : exitIncomplete };
}

async function verifyWithKey(context: CommandContext, flags: VerifyFlags): Promise<VerifyReport> {
  const settings = verifySettings(flags, context.settings.config);
  const period = parsePeriod(flags, systemClock.now());
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSession(context, flags);
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

import type { RunOptions } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ConfigFile } from './config-schema.ts';
import { parseDuration } from './duration.ts';
import { interactionIds } from './interaction-ids.ts';
import { parsePeriod } from './moment.ts';
import { parseRetention } from './retention.ts';

/** The flags of `run` that the configuration file can set too. */
export interface RunFlagValues {
  readonly profile?: 'interactions' | 'platform';
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly interaction?: readonly string[];
  readonly 'retry-failed'?: boolean;
  readonly media?: boolean;
  readonly mark?: boolean;
  readonly compression?: 'zstd' | 'none';
  readonly concurrency?: number;
  readonly report?: string;
  readonly 'report-records'?: 'all' | 'failed' | 'none';
  readonly html?: string;
  readonly format?: 'cxv' | 'envelope';
  readonly 'dry-run'?: boolean;
  readonly every?: string;
  readonly retain?: string;
  readonly 'metrics-file'?: string;
}

/** What `run` works with, flags and configuration file taken together. */
export interface RunSettings {
  readonly run: Pick<
    RunOptions,
    | 'since'
    | 'until'
    | 'limit'
    | 'interactions'
    | 'retryFailed'
    | 'media'
    | 'mark'
    | 'compression'
    | 'concurrency'
    | 'settlingLagMs'
    | 'lookBackMs'
    | 'archivedRecords'
  >;
  readonly format: 'cxv' | 'envelope';
  readonly report: string | undefined;
  /** The report as a page. */
  readonly html: string | undefined;
  readonly reportRecords: 'all' | 'failed' | 'none';
  readonly metricsFile: string | undefined;
  /** How often to look, in milliseconds; undefined: once. */
  readonly everyMs: number | undefined;
  /** How long the store lets nobody remove what is archived, in milliseconds; undefined: it may be removed at once. */
  readonly retainMs: number | undefined;
}

/** How long the newest data of a profile stay incomplete (cxone-api.md): the default of `cxone.settlingLag`. */
const settlingLags = { interactions: '0s', platform: '45m' } as const;

/** Flags win over the configuration file. Throws `USAGE` for what is no time or an empty period. */
export function runSettings(flags: RunFlagValues, config: ConfigFile, now: number): RunSettings {
  const file = config.run ?? {};
  const cxone = config.cxone ?? {};
  const format = flags.format ?? file.format ?? 'cxv';
  if (format === 'envelope') refuseWithEnvelope(flags);
  const profile = flags.profile ?? cxone.profile ?? 'interactions';
  // Interactions that are named need no period; one from the file must not contradict them.
  const named = flags.interaction !== undefined;
  const since = flags.since ?? (named ? undefined : file.since);
  const until = flags.until ?? (named ? undefined : file.until);
  const period = parsePeriod({ since, until }, now);
  const reportRecords = flags['report-records'] ?? file.reportRecords ?? 'all';
  return {
    run: {
      since: period.from,
      until: period.to,
      limit: flags.limit ?? (named ? undefined : file.limit),
      interactions: interactionIds(flags.interaction),
      retryFailed: flags['retry-failed'] ?? file.retryFailed,
      media: flags.media ?? file.media,
      mark: flags.mark ?? file.mark,
      compression: flags.compression ?? file.compression,
      concurrency: flags.concurrency ?? file.concurrency,
      settlingLagMs: parseDuration(cxone.settlingLag ?? settlingLags[profile], 'cxone.settlingLag'),
      ...(cxone.lookBack === undefined
        ? {}
        : { lookBackMs: parseDuration(cxone.lookBack, 'cxone.lookBack') }),
      archivedRecords: reportRecords === 'all',
    },
    format,
    report: flags.report ?? file.report,
    html: flags.html ?? file.html,
    reportRecords,
    metricsFile: flags['metrics-file'] ?? file.metricsFile,
    everyMs: everyMs(flags, file, format),
    retainMs: retainMs(flags, file, format),
  };
}

function retainMs(
  flags: RunFlagValues,
  file: NonNullable<ConfigFile['run']>,
  format: 'cxv' | 'envelope',
): number | undefined {
  const text = flags.retain ?? file.retain;
  if (text === undefined) return undefined;
  if (format === 'envelope') {
    throw new CxvaultError('USAGE', '--retain contradicts --format envelope', {
      hint: 'leave one of them out: each run writes all envelopes anew',
    });
  }
  return parseRetention(text);
}

/** How often to look, if again and again. From the file it holds unless the command line asks for one run. */
function everyMs(
  flags: RunFlagValues,
  file: NonNullable<ConfigFile['run']>,
  format: 'cxv' | 'envelope',
): number | undefined {
  const once = flags['dry-run'] === true || flags.interaction !== undefined || flags.until !== undefined;
  const text = flags.every ?? (once ? undefined : file.every);
  if (text === undefined) return undefined;
  const contradiction = format === 'envelope' ? '--format envelope' : file.until ? 'run.until' : undefined;
  if (contradiction !== undefined) {
    throw new CxvaultError('USAGE', `--every contradicts ${contradiction}`, {
      hint: 'leave one of them out',
    });
  }
  const milliseconds = parseDuration(text, '--every');
  if (milliseconds > 0) return milliseconds;
  throw new CxvaultError('USAGE', '--every needs some time between two looks', { hint: 'for example 1m' });
}

/** Envelopes have no journal, no media and a form of their own: flags about these would do nothing. */
function refuseWithEnvelope(flags: RunFlagValues): void {
  for (const flag of ['retry-failed', 'media', 'compression', 'dry-run'] as const) {
    if (flags[flag] === undefined || flags[flag] === false) continue;
    throw new CxvaultError('USAGE', `--${flag} contradicts --format envelope`, {
      hint: 'leave one of them out',
    });
  }
}

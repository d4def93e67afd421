import type { SourceLog } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core';
import type { BaseFlags } from './base-command.ts';
import { openLog } from './log.ts';
import { printable } from './printable.ts';
import { wrapped } from './present/wrap.ts';
import { writeAboveProgress } from './progress.ts';
import { hideSecrets } from './redact.ts';
import { loadSettings, type Settings } from './settings/settings.ts';
import { openTelemetry, type Telemetry } from './telemetry/telemetry.ts';

/** What a command works with besides its own flags. */
export interface CommandContext {
  /** oclif's view of this program: its plugins, version and folders. */
  readonly oclif: Config;
  readonly settings: Settings;
  readonly log: SourceLog;
  /** Traces and metrics, for who listens; closed by {@link BaseCommand}. */
  readonly telemetry: Telemetry;
  /** No progress is shown. */
  readonly quiet: boolean;
  /** A line on stderr that an operator should read, also under `--json`. */
  readonly warn: (text: string) => void;
}

/** One for the process: who reads the settings again goes on with the same spans and counters. */
let telemetry: Promise<Telemetry> | undefined;

/** Reads settings and opens the log. Throws `CONFIG_INVALID`. */
export async function openContext(oclif: Config, flags: BaseFlags): Promise<CommandContext> {
  const settings = await loadSettings(flags);
  const { level = 'warn', file } = settings.config.log ?? {};
  const log = openLog({ level: flags['log-level'] ?? level, file, env: settings.env });
  const warn = (text: string): void => {
    writeAboveProgress(wrapped(printable(`warning: ${hideSecrets(text)}\n`), process.stderr.columns));
  };
  telemetry ??= openTelemetry({ env: settings.env, log, warn, version: oclif.version });
  return {
    oclif,
    settings,
    log,
    quiet: flags.quiet ?? false,
    telemetry: await telemetry,
    warn,
  };
}

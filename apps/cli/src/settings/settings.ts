import { type LoadedConfig, loadConfig } from './config-file.ts';
import { applyEnvFile } from './env-file.ts';

/** What a command starts from: configuration file and environment, read once. */
export interface Settings extends LoadedConfig {
  readonly env: NodeJS.ProcessEnv;
  /** The working folder; paths on the command line are relative to it. */
  readonly folder: string;
}

/** Reads what `--env-file` and `--config` name. Throws `CONFIG_INVALID`. */
export async function loadSettings(flags: { config?: string; 'env-file'?: string }): Promise<Settings> {
  if (flags['env-file'] !== undefined) applyEnvFile(flags['env-file']);
  const folder = process.cwd();
  return { ...(await loadConfig({ file: flags.config, folder })), env: process.env, folder };
}

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { configIssue } from './config-issue.ts';
import { nameFlagsAsSettings, settingPath } from './flag-names.ts';
import { jsonDamage, memberLines } from './json-position.ts';

/** The name that is looked for in the working folder. */
export const configFileName = 'cxvault.config.json';

/** A configuration and the file it came from; without a file everything is unset. */
export interface LoadedConfig {
  readonly file: string | undefined;
  readonly config: ConfigFile;
  /** The line of each setting in the file, by its path, such as `run.limit`. */
  readonly lines?: ReadonlyMap<string, number>;
}

/**
 * Reads the named file, or `cxvault.config.json` in the working folder, or the `cxvault` part of a package.json
 * there. Throws `CONFIG_INVALID` that names file, place and setting.
 */
export async function loadConfig(options: { file?: string; folder: string }): Promise<LoadedConfig> {
  if (options.file !== undefined) return await readConfig(resolve(options.folder, options.file), 'needed');
  const own = await readConfig(join(options.folder, configFileName), 'optional');
  if (own.file !== undefined) return own;
  return await readPackageConfig(join(options.folder, 'package.json'));
}

async function readConfig(file: string, presence: 'needed' | 'optional'): Promise<LoadedConfig> {
  const text = await readText(file, presence);
  if (text === undefined) return nothing;
  return { file, config: checkConfig(parseJson(text, file), file), lines: settingLines(text, '') };
}

async function readPackageConfig(file: string): Promise<LoadedConfig> {
  const text = await readText(file, 'optional');
  if (text === undefined) return nothing;
  const document = parseJson(text, file);
  const own: unknown = property(document, 'cxvault');
  if (own === undefined) return nothing;
  return { file, config: checkConfig(own, `${file}, cxvault`), lines: settingLines(text, 'cxvault.') };
}

const nothing: LoadedConfig = { file: undefined, config: {} };

async function readText(file: string, presence: 'needed' | 'optional'): Promise<string | undefined> {
  try {
    // Editors on Windows begin a file with a byte order mark, which is no JSON.
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const missing = property(cause, 'code') === 'ENOENT';
    if (missing && presence === 'optional') return undefined;
    throw new CxvaultError(
      'CONFIG_INVALID',
      `the configuration file cannot be read${missing ? ': it does not exist' : ''}`,
      {
        context: { file },
        hint: 'check the path and its permissions',
        cause,
      },
    );
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const place = jsonDamage(text);
    throw new CxvaultError('CONFIG_INVALID', 'the configuration file is not valid JSON', {
      context: { file, line: place?.line, column: place?.column },
      hint: 'look at that place for a missing or extra comma, quote or bracket; JSON has no comments',
    });
  }
}

function checkConfig(document: unknown, file: string): ConfigFile {
  const result = configSchema.safeParse(nameFlagsAsSettings(document));
  if (result.success) return result.data;
  throw configIssue(result.error.issues, file);
}

/** The lines of what stands below `prefix`, each under the name that the schema has for it. */
function settingLines(text: string, prefix: string): ReadonlyMap<string, number> {
  const own = [...memberLines(text)].filter(([path]) => path.startsWith(prefix));
  return new Map(own.map(([path, line]) => [settingPath(path.slice(prefix.length)), line]));
}

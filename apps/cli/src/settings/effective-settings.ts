import type { z } from 'zod';
import { property } from '../property.ts';
import { namesSecret, redactValue } from '../redact.ts';
import { configSchema } from './config-schema.ts';
import { cxoneVariables } from './cxone-settings.ts';
import type { Settings } from './settings.ts';

/** A setting as it holds now, and what set it. */
export interface EffectiveSetting {
  /** As in the configuration file, such as `run.limit`; what a file cannot set has a name of its own. */
  readonly name: string;
  /** Null: not set. Secrets are `**redacted**`. */
  readonly value: unknown;
  readonly source: 'flag' | 'env' | 'file' | 'default';
  /** The flag, the variable, or file and line; null for a default. */
  readonly from: string | null;
}

/** The flags that the settings are looked up for. */
export type ShownFlags = Readonly<Record<string, unknown>>;

const sections = ['cxone', 'run', 'verify', 'log'] as const;

/** Settings that `config show` knows a flag of. */
const flagOf: Readonly<Record<string, string>> = { 'cxone.profile': 'profile', 'log.level': 'log-level' };

/** What may be set by environment or flag only: secrets, and what unlocks the archive. */
const apart: readonly { readonly name: string; readonly flag?: string; readonly variable?: string }[] = [
  { name: 'password', variable: 'ARCHIVAL_ENCRYPTION_KEY' },
  { name: 'passwordFile', flag: 'password-file' },
  { name: 'keyFile', flag: 'key-file' },
  { name: 'cxone.clientId', variable: 'CXONE_CLIENT_ID' },
  { name: 'cxone.clientSecret', variable: 'CXONE_CLIENT_SECRET' },
  { name: 'cxone.accessKeyId', variable: 'CXONE_ACCESS_KEY_ID' },
  { name: 'cxone.accessKeySecret', variable: 'CXONE_ACCESS_KEY_SECRET' },
  { name: 'cacheFolder', variable: 'CXVAULT_CACHE_DIR' },
];

/** Every setting with its value and origin: flags win over the environment, that over the file (cli.md). */
export function effectiveSettings(settings: Settings, flags: ShownFlags): EffectiveSetting[] {
  const look = lookIn(settings, flags);
  // As in `readUnlock`: whoever names a file does not want the password of the environment.
  const byFile = flags['password-file'] !== undefined || flags['key-file'] !== undefined;
  const found = [
    archiveSetting(settings, look),
    ...apart.filter(({ name }) => !(byFile && name === 'password')).map(look),
    ...fileSettings(settings, look),
  ];
  const shown = found.map((one) => ({
    ...one,
    value: namesSecret(one.name) && one.value !== null ? '**redacted**' : redactValue(one.value),
  }));
  return shown.map((one) => byProfile(one, shown));
}

interface Place {
  readonly name: string;
  readonly flag?: string;
  readonly variable?: string;
  readonly byDefault?: unknown;
}
type Look = (place: Place) => EffectiveSetting;

function lookIn({ config, env, file, lines }: Settings, flags: ShownFlags): Look {
  return ({ name, flag, variable, byDefault }) => {
    const given = flag === undefined ? undefined : flags[flag];
    if (flag !== undefined && given !== undefined)
      return { name, value: given, source: 'flag', from: `--${flag}` };
    const inEnv = variable === undefined ? undefined : env[variable];
    if (variable !== undefined && inEnv !== undefined && inEnv !== '')
      return { name, value: inEnv, source: 'env', from: variable };
    const inFile = name.split('.').reduce<unknown>(property, config);
    if (inFile === undefined) return { name, value: byDefault ?? null, source: 'default', from: null };
    return { name, value: inFile, source: 'file', from: `${file ?? ''}:${lines?.get(name) ?? 1}` };
  };
}

/** The bucket of `S3_BUCKET_NAME` stands between `CXVAULT_ARCHIVE` and the file. */
function archiveSetting({ env }: Settings, look: Look): EffectiveSetting {
  const named = look({ name: 'archive', flag: 'archive', variable: 'CXVAULT_ARCHIVE' });
  const bucket = env.S3_BUCKET_NAME;
  if (named.source === 'flag' || named.source === 'env' || bucket === undefined || bucket === '')
    return named;
  return { ...named, value: `s3://${bucket}/cxone/archives`, source: 'env', from: 'S3_BUCKET_NAME' };
}

/** All that the schema of the file knows, and what the file says of budgets and stores. */
function fileSettings({ config }: Settings, look: Look): EffectiveSetting[] {
  const variables: Readonly<Record<string, string>> = cxoneVariables;
  const known = sections.flatMap((section) =>
    fieldsOf(section).map(([setting, byDefault]) => ({
      name: `${section}.${setting}`,
      flag: flagOf[`${section}.${setting}`],
      variable: section === 'cxone' ? variables[setting] : undefined,
      byDefault,
    })),
  );
  const places: Place[] = known.flatMap((place) =>
    place.name === 'cxone.budgets' ? members(place, config.cxone?.budgets) : [place],
  );
  return [...places, ...members({ name: 'storage' }, config.storage)].map(look);
}

/** The settings of a section and their defaults. */
function fieldsOf(section: (typeof sections)[number]): [string, unknown][] {
  const fields: Readonly<Record<string, z.ZodType>> = configSchema.shape[section].unwrap().shape;
  return Object.entries(fields).map(([name, kind]) => [name, kind.meta()?.default]);
}

/** A setting for each member that a section has by default or in the file. */
function members({ name, byDefault }: Place, inFile?: unknown): Place[] {
  const names = new Set([...keysOf(byDefault), ...keysOf(inFile)]);
  return [...names].map((member) => ({
    name: `${name}.${member}`,
    byDefault: property(byDefault, member),
  }));
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** Defaults that depend on other settings. */
function byProfile(one: EffectiveSetting, all: readonly EffectiveSetting[]): EffectiveSetting {
  if (one.source !== 'default') return one;
  const value = (name: string): unknown => all.find((other) => other.name === name)?.value;
  const platform = value('cxone.profile') === 'platform';
  if (one.name === 'cxone.settlingLag') return { ...one, value: platform ? '45m' : '0s' };
  if (one.name !== 'cxone.issuer') return one;
  return { ...one, value: platform ? 'https://cxone.niceincontact.com' : value('cxone.apiBase') };
}

import { CxvaultError } from '@cxvault/plugin-api';
import type { ConfigFile } from './config-schema.ts';
import { parseDuration } from './duration.ts';

/** The flags of `verify` that the configuration file can set too. */
export interface VerifyFlagValues {
  readonly depth?: VerifyDepth;
  readonly sample?: string;
  readonly 'max-age'?: string;
  readonly 'expect-tip'?: string;
  readonly since?: string;
  readonly until?: string;
  readonly format?: 'cxv' | 'envelope';
  readonly 'public-only'?: boolean;
  readonly 'metrics-file'?: string;
  readonly html?: string;
}

type VerifyDepth = 'structure' | 'checksum' | 'sample' | 'full';

/** What is proved: an archive with its key, an archive without, or a folder of envelopes. */
export type VerifyMode = 'archive' | 'public' | 'envelope';

/** Throws `USAGE` for flags that mean nothing in the mode that the others ask for. */
export function verifyMode(flags: VerifyFlagValues): VerifyMode {
  const mode = flags['public-only'] ? 'public' : flags.format === 'envelope' ? 'envelope' : 'archive';
  if (mode === 'archive') return mode;
  const asking = mode === 'public' ? '--public-only' : '--format envelope';
  if (mode === 'public' && flags.format === 'envelope') throw contradiction(asking, '--format envelope');
  for (const flag of ['depth', 'sample', 'max-age', 'expect-tip', 'since', 'until'] as const) {
    if (flags[flag] !== undefined) throw contradiction(asking, `--${flag}`);
  }
  return mode;
}

function contradiction(one: string, other: string): CxvaultError {
  return new CxvaultError('USAGE', `${other} contradicts ${one}`, { hint: 'leave one of them out' });
}

/** How deep to look, flags and configuration file taken together. */
export interface VerifySettings {
  readonly depth: VerifyDepth;
  readonly samplePercent: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly expectTip: string | undefined;
}

/** Flags win over the configuration file. Throws `USAGE`; `--sample` with another depth than `sample` is named. */
export function verifySettings(flags: VerifyFlagValues, config: ConfigFile): VerifySettings {
  const file = config.verify ?? {};
  if (flags.sample !== undefined && flags.depth !== undefined && flags.depth !== 'sample') {
    throw contradiction(`--depth ${flags.depth}`, '--sample');
  }
  const depth = flags.sample === undefined ? (flags.depth ?? file.depth ?? 'full') : 'sample';
  const sample = flags.sample ?? file.sample;
  const maxAge = flags['max-age'] ?? file.maxAge;
  return {
    depth,
    samplePercent: depth === 'sample' && sample !== undefined ? parsePercent(sample) : undefined,
    maxAgeMs: maxAge === undefined ? undefined : parseDuration(maxAge, '--max-age'),
    expectTip: flags['expect-tip'] === undefined ? undefined : parseTip(flags['expect-tip']),
  };
}

/** A tip that was copied in part is a slip of the hand, and no damage. */
function parseTip(text: string): string {
  const tip = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(tip)) return tip;
  throw new CxvaultError('USAGE', `--expect-tip is not a SHA-256: ${text}`, {
    hint: 'give the 64 hex digits that a run or a verify printed as its journal tip',
  });
}

function parsePercent(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent;
  throw new CxvaultError('USAGE', `--sample is not a share: ${text}`, {
    hint: 'write a percentage such as 5%',
  });
}

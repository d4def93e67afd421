import { CxvaultError } from '@cxvault/plugin-api';
import type { ConfigFile } from './config-schema.ts';
import { parseDuration } from './duration.ts';

/** The flags of `verify` that the configuration file can set too. */
export interface VerifyFlagValues {
  readonly depth?: VerifyDepth;
  readonly sample?: string;
  readonly 'max-age'?: string;
}

type VerifyDepth = 'structure' | 'checksum' | 'sample' | 'full';

/** How deep to look, flags and configuration file taken together. */
export interface VerifySettings {
  readonly depth: VerifyDepth;
  readonly samplePercent: number | undefined;
  readonly maxAgeMs: number | undefined;
}

/** Flags win over the configuration file. Throws `USAGE`; `--sample` with another depth than `sample` is named. */
export function verifySettings(flags: VerifyFlagValues, config: ConfigFile): VerifySettings {
  const file = config.verify ?? {};
  if (flags.sample !== undefined && flags.depth !== undefined && flags.depth !== 'sample') {
    throw new CxvaultError('USAGE', `--sample contradicts --depth ${flags.depth}`, {
      hint: 'leave one of them out',
    });
  }
  const depth = flags.sample === undefined ? (flags.depth ?? file.depth ?? 'full') : 'sample';
  const sample = flags.sample ?? file.sample;
  const maxAge = flags['max-age'] ?? file.maxAge;
  return {
    depth,
    samplePercent: depth === 'sample' && sample !== undefined ? parsePercent(sample) : undefined,
    maxAgeMs: maxAge === undefined ? undefined : parseDuration(maxAge, '--max-age'),
  };
}

function parsePercent(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent;
  throw new CxvaultError('USAGE', `--sample is not a share: ${text}`, {
    hint: 'write a percentage such as 5%',
  });
}

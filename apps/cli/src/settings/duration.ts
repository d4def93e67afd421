import { CxvaultError } from '@cxvault/plugin-api';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_622_400_000, // 366 days: who must keep something for years must not keep it a day less
};

/** Milliseconds of a duration such as `250ms`, `90s`, `45m`, `2h`, `7d` or `1y`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d|y)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** As {@link durationMs}; throws `USAGE` that names the setting (`--max-age`, `run.every`). */
export function parseDuration(text: string, setting: string): number {
  const milliseconds = durationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new CxvaultError('USAGE', `${setting} is not a duration: ${text}`, {
    hint: 'write a whole number and a unit: 250ms, 90s, 45m, 2h, 7d or 1y (366 days)',
  });
}

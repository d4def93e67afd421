import { CxvaultError } from '@cxvault/plugin-api';
import { durationMs } from './duration.ts';

const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const timePattern = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A moment as people write it: an ISO date, an ISO time (UTC unless it names a zone), or a duration ago (`7d`).
 * Returns ISO 8601 UTC with milliseconds. Throws `USAGE` that names the setting.
 */
export function parseMoment(text: string, setting: string, now: number): string {
  const trimmed = text.trim();
  const ago = durationMs(trimmed);
  const at = ago === undefined ? isoTime(trimmed) : now - ago;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new CxvaultError('USAGE', `${setting} is not a time: ${text}`, {
    hint: 'write a date (2026-01-31), a time in UTC (2026-01-31T08:00:00Z) or how long ago (7d)',
  });
}

function isoTime(text: string): number {
  if (datePattern.test(text)) return dayIsReal(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const match = timePattern.exec(text);
  if (match === null || !dayIsReal(text.slice(0, 10))) return Number.NaN;
  return Date.parse(text.replace(' ', 'T') + (match[3] === undefined ? 'Z' : ''));
}

/** `Date.parse` turns 31 February into 3 March without a word. */
function dayIsReal(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** A period [from, to); an open end is undefined. */
export interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** `--since` and `--until` together. Throws `USAGE` when the period is empty. */
export function parsePeriod(period: { since?: string; until?: string }, now: number): Period {
  const from = period.since === undefined ? undefined : parseMoment(period.since, '--since', now);
  const to = period.until === undefined ? undefined : parseMoment(period.until, '--until', now);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new CxvaultError('USAGE', `--since is not before --until: ${from} and ${to}`, {
      hint: 'the period is from --since up to, but without, --until',
    });
  }
  return { from, to };
}

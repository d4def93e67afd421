const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/** Plausible epoch milliseconds: 1973 to 2100. What is smaller may be seconds, so it is no time at all. */
const epochRange = { from: 100_000_000_000, to: 4_102_444_800_000 };

/**
 * A time of the API as `YYYY-MM-DDTHH:MM:SS.sssZ`. Takes ISO 8601 with or without zone (none: UTC) and fraction
 * (cut to milliseconds), and epoch milliseconds as number or digits. Undefined for anything else.
 */
export function normaliseTime(value: unknown): string | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return /^\d{12,13}$/.test(text) ? fromEpoch(Number(text)) : fromIso(text);
}

function fromEpoch(ms: number): string | undefined {
  if (!(ms >= epochRange.from && ms <= epochRange.to)) return undefined;
  return new Date(Math.trunc(ms)).toISOString();
}

function fromIso(text: string): string | undefined {
  const match = isoTime.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = 'Z'] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const wall = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second}.${milliseconds}Z`;
  const at = Date.parse(wall);
  // Date.parse moves 30 February to March: a time that does not come back as it went in is no time.
  if (Number.isNaN(at) || new Date(at).toISOString() !== wall) return undefined;
  const shifted = new Date(at - zoneMs(zone));
  const year4 = shifted.getUTCFullYear();
  return year4 >= 0 && year4 <= 9999 ? shifted.toISOString() : undefined;
}

function zoneMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.replace(':', '').slice(1).padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

import type { EffectiveSetting } from '../settings/effective-settings.ts';

/** A line per setting: name, value, and what set it. */
export function presentConfig(settings: readonly EffectiveSetting[]): string {
  const rows = settings.map((one) => ({
    name: one.name,
    value: valueText(one.value),
    origin: originText(one),
  }));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const valueWidth = Math.min(40, Math.max(...rows.map(({ value }) => value.length)));
  return rows
    .map(({ name, value, origin }) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${origin}`)
    .join('\n');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function originText({ value, source, from }: EffectiveSetting): string {
  if (source === 'default') return value === null ? 'not set' : 'default';
  return source === 'env' ? `environment ${from ?? ''}` : (from ?? '');
}

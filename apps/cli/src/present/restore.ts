import type { RestoreReport } from '@cxvault/core';
import { count, plural, size } from './layout.ts';

const shown = 20;

/** What a restore wrote, and what it could not. */
export function presentRestore(report: RestoreReport): string {
  const kept = report.unchanged === 0 ? '' : `; ${plural(report.unchanged, 'file')} there already`;
  return [
    `Restored ${plural(report.interactions, 'interaction')} into ${report.out}: ${plural(report.files, 'file')}, ${size(report.bytes)}${kept}.`,
    'manifest.json there lists every file with its SHA-256.',
    ...section(
      'Not restored:',
      report.failed.map(
        ({ interaction_id, media_id, reason }) =>
          `${interaction_id}${media_id === undefined ? '' : `, medium ${media_id}`}: ${reason}`,
      ),
    ),
    ...section('Not in the archive:', report.missing),
    ...section('Erased:', report.erased),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more =
    lines.length > shown ? [`  and ${count(lines.length - shown)} more; --json lists them all`] : [];
  return ['', title, ...lines.slice(0, shown).map((line) => `  ${line}`), ...more];
}

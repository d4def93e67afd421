import type { DoctorResult } from '../work/doctor.ts';
import type { DoctorCheck } from '../work/doctor-checks.ts';

const stateWords = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' } as const;

/** One line per check, the remedy below it. */
export function presentDoctor(result: DoctorResult): string {
  const width = Math.max(...result.checks.map(({ name }) => name.length));
  const lines = result.checks.flatMap((check) => checkLines(check, width));
  return [...lines, '', verdict(result)].join('\n');
}

function checkLines({ name, state, detail, hint }: DoctorCheck, width: number): string[] {
  const line = `${stateWords[state].padEnd(8)} ${name.padEnd(width)}  ${detail}`;
  return hint === undefined ? [line] : [line, `${' '.repeat(width + 11)}-> ${hint}`];
}

function verdict({ ok, checks }: DoctorResult): string {
  if (ok) return 'Everything that a run needs is there.';
  const failed = checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
  return `Not ready for a run: ${failed.join(', ')}.`;
}

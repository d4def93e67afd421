import type { CapabilityCheck, CapabilityReport, InteractionSource } from '@cxvault/plugin-api';
import { exitCodes } from '../exit-codes.ts';
import { type CheckOutcome, failed, ok, skipped, warning } from './doctor-checks.ts';

const refusedSkewMs = 5 * 60_000; // architecture.md: a run whose clock differs by more is refused
const notedSkewMs = 30_000;

/** Logs in and checks rights, marker field, list and clock, with few cheap calls. */
export async function checkSource(source: InteractionSource): Promise<CheckOutcome[]> {
  try {
    const report = await source.check();
    const checks = report.checks.filter(({ name }) => name !== 'clock');
    return [...checks.map(capabilityOutcome), clockOutcome(report)];
  } catch (error) {
    return [failed('login', error), skipped('clock', 'needs an answer of the API')];
  }
}

function capabilityOutcome(check: CapabilityCheck): CheckOutcome {
  if (check.state === 'ok') return ok(check.name, check.detail);
  // A run without marks is a whole run; one that cannot log in or list is none.
  if (check.state === 'unknown' || check.name === 'marker')
    return warning(check.name, check.detail, check.hint);
  return {
    name: check.name,
    state: 'failed',
    detail: check.detail,
    hint: check.hint,
    exit: exitCodes.SCOPE_MISSING,
  };
}

function clockOutcome({ clock }: CapabilityReport): CheckOutcome {
  if (clock === undefined) return warning('clock', 'the API does not tell its time: ours is used');
  const skewMs = Math.abs(clock.api - clock.ours);
  const detail = `differs from the API's by ${(skewMs / 1000).toFixed(1)} s`;
  const hint = 'set the clock of this machine, for example with NTP';
  if (skewMs <= notedSkewMs) return ok('clock', detail);
  if (skewMs <= refusedSkewMs) return warning('clock', detail, hint);
  return { name: 'clock', state: 'failed', detail, hint, exit: exitCodes.CLOCK_SKEW };
}

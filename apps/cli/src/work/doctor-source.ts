import {
  type CapabilityCheck,
  type CapabilityReport,
  type InteractionSource,
  isCxvaultError,
  type SourceIdentity,
} from '@cxvault/plugin-api';
import { exitCodes } from '../exit-codes.ts';
import { type CheckOutcome, failed, ok, skipped, warning } from './doctor-checks.ts';
import { cxoneRemedy, loginRemedy } from './doctor-remedies.ts';

const refusedSkewMs = 5 * 60_000; // architecture.md: a run whose clock differs by more is refused
const notedSkewMs = 30_000;

/** Logs in and checks rights, marker field, list and clock, with few cheap calls. */
export async function checkSource(source: InteractionSource): Promise<CheckOutcome[]> {
  try {
    const report = await source.check({ capabilities: true });
    const checks = report.checks.filter(({ name }) => name !== 'clock');
    return [...checks.map((check) => capabilityOutcome(check, report.identity)), clockOutcome(report)];
  } catch (error) {
    return [loginFailed(error), skipped('clock', 'needs an answer of the API')];
  }
}

function loginFailed(error: unknown): CheckOutcome {
  const outcome = failed('login', error);
  const refused = isCxvaultError(error) && error.code === 'LOGIN_REFUSED';
  return refused ? { ...outcome, hint: both(outcome.hint, loginRemedy) } : outcome;
}

function capabilityOutcome(check: CapabilityCheck, identity: SourceIdentity): CheckOutcome {
  const { name, state, detail } = check;
  if (state === 'ok') return ok(name, detail);
  if (state === 'unknown') return warning(name, detail, check.hint);
  const { code = 'SCOPE_MISSING' } = check;
  // Roles are no remedy for an address that is wrong.
  const hint = both(check.hint, code === 'SCOPE_MISSING' ? cxoneRemedy(check, identity) : undefined);
  if (!needed.includes(name)) return warning(name, detail, hint);
  return { name, state: 'failed', detail, hint, exit: exitCodes[code] };
}

/**
 * What a run is worth nothing without. Without marks, or without one of the APIs that may be denied on their own, it is
 * a whole run: what it cannot read is noted as denied, and archived once it is granted. But recordings are what an
 * archive is for.
 */
const needed: readonly string[] = ['login', 'scopes', 'list', 'clock', 'media-playback'];

/** What the source says to do, and where in CXone. */
function both(hint: string | undefined, where: string | undefined): string | undefined {
  return hint === undefined || where === undefined ? (hint ?? where) : `${hint}; ${where}`;
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

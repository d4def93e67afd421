import { CxvaultError, type CapabilityReport, type SourceIdentity } from '@cxvault/plugin-api';

const largestSkew = 5 * 60_000; // milliseconds (architecture: "A run whose clock differs by more than 5 min is refused")

/**
 * Refuses a run whose result would be wrong or useless: a clock that is off, a right that is missing. Returns
 * what a person should know though the run may go on.
 */
export function checkSource(report: CapabilityReport, wants: { media: boolean; mark: boolean }): string[] {
  checkClock(report);
  const warnings: string[] = [];
  if (!report.clock) warnings.push('CXone sends no Date header: this machine’s clock is used instead');
  for (const check of report.checks) {
    if (check.state !== 'missing') continue;
    if (check.name === 'marker') {
      if (wants.mark) warnings.push(`interactions are not marked: ${check.detail}`);
    } else if (check.name !== 'media' || wants.media) {
      throw new CxvaultError(check.code ?? 'SCOPE_MISSING', check.detail, {
        ...(check.hint !== undefined && { hint: check.hint }),
      });
    }
  }
  return warnings;
}

/** True when marks can be sent: the field is configured and the login may write it. */
export function canMark(report: CapabilityReport): boolean {
  return !report.checks.some((check) => check.name === 'marker' && check.state === 'missing');
}

function checkClock({ clock }: CapabilityReport): void {
  if (!clock) return;
  const skew = clock.ours - clock.api;
  if (Math.abs(skew) <= largestSkew) return;
  const minutes = Math.round(Math.abs(skew) / 60_000);
  throw new CxvaultError(
    'CLOCK_SKEW',
    `this machine's clock is ${String(minutes)} minutes ${skew > 0 ? 'ahead of' : 'behind'} the API's`,
    { hint: 'set the clock of this machine (NTP), then run again; nothing was started' },
  );
}

/** Refuses a run from another tenant, system or profile than the archive's first. */
export function checkIdentity(known: SourceIdentity | undefined, identity: SourceIdentity): void {
  if (!known) return;
  for (const part of ['system', 'profile', 'tenant'] as const) {
    if (known[part] === identity[part]) continue;
    throw new CxvaultError('ARCHIVE_OTHER_TENANT', `the archive belongs to another ${part}`, {
      context: { archive: known[part], login: identity[part] },
      hint: 'one archive holds one tenant: create another archive with `cxvault init` for this one',
    });
  }
}

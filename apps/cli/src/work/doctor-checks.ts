import { failureOf } from '../failure.ts';

/** One line of `doctor`. */
export interface DoctorCheck {
  readonly name: string;
  /** `warning`: it works, but an operator should know. `skipped`: needs something that failed before. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A check and the exit code that it stands for; 0 unless it failed. */
export interface CheckOutcome extends DoctorCheck {
  readonly exit: number;
}

export function ok(name: string, detail: string): CheckOutcome {
  return { name, state: 'ok', detail, exit: 0 };
}

export function warning(name: string, detail: string, hint?: string): CheckOutcome {
  return { name, state: 'warning', detail, hint, exit: 0 };
}

export function skipped(name: string, detail: string): CheckOutcome {
  return { name, state: 'skipped', detail, exit: 0 };
}

export function failed(name: string, error: unknown): CheckOutcome {
  const { message, hint, exit } = failureOf(error);
  return { name, state: 'failed', detail: message, hint, exit };
}

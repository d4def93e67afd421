import { CxvaultError } from '@cxvault/plugin-api';
import type { BudgetRule, BudgetSlot } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import type { RateState } from './rate-state.ts';
import { gateMs, isSuccess, isThrottled, longestGateMs } from './rate-throttle.ts';
import type { RateResponse } from './rate-throttle.ts';

/** Architecture, "Rate": the longest time (ms) without one success before the source counts as out of reach. */
const longestFailureMs = 30 * 60_000;
/** Failures longer ago (ms) than any gate stays closed do not belong to the present trouble. */
const failureForgottenMs = longestGateMs + 5 * 60_000;

export interface FamilyBudgetOptions {
  readonly family: string;
  /** The family's name in the shared state. */
  readonly name: string;
  readonly rule: BudgetRule;
  readonly clock: Clock;
  readonly random: () => number;
  readonly startedAt: number;
  /** Opens the shared state at the first need. */
  readonly shared: () => RateState;
  readonly watch?: BudgetWatch | undefined;
}

/** Told what becomes of the budgets, for those who watch a run. */
export interface BudgetWatch {
  /** Requests of the family wait about so long, in milliseconds, for the next slot. */
  waiting(family: string, waitMs: number): void;
  /** A slot was taken: so many of the rule's are in use, by all processes together. Not told without a limit. */
  taken(family: string, use: { readonly used: number; readonly limit: number; readonly perMs: number }): void;
}

interface Waiter {
  readonly resolve: (slot: BudgetSlot) => void;
  readonly reject: (error: unknown) => void;
}

/** One family's permits in this process, in the order in which they were asked for. */
export class FamilyBudget {
  readonly #options: FamilyBudgetOptions;
  readonly #trouble = new Trouble();
  readonly #flying = new Set<number>();
  #waiters: Waiter[] = [];
  #serving = false;
  #wake = new AbortController();
  #closed = false;
  /** A shared state that failed while nobody was there to be told. */
  #broken: { readonly error: unknown } | undefined;
  /** The gate of a family without a limit. */
  #ownGate = { until: 0, throttles: 0 };

  constructor(options: FamilyBudgetOptions) {
    this.#options = options;
  }

  async acquire(signal?: AbortSignal): Promise<BudgetSlot> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<BudgetSlot>();
    const waiter: Waiter = { resolve, reject };
    const abort = (): void => {
      this.#drop(waiter, signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiters.push(waiter);
    void this.#serve();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Sends all waiters away. Requests still under way count as answered now. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rejectAll(new CxvaultError('INTERRUPTED', 'the budget was closed while a request waited for it'));
    const { name, rule, clock, shared } = this.#options;
    if (this.#flying.size > 0) shared().finish(name, rule, [...this.#flying], clock.now(), 'unanswered');
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#waiters.length > 0) {
        const grant = this.#grant(this.#options.clock.now());
        if ('waitMs' in grant) await this.#pause(grant.waitMs);
        else this.#waiters.shift()?.resolve(grant);
      }
    } catch (error) {
      this.#rejectAll(error);
    } finally {
      this.#serving = false;
    }
  }

  #grant(now: number): BudgetSlot | { readonly waitMs: number } {
    const { family, name, rule, clock, startedAt, shared } = this.#options;
    if (this.#closed) throw new CxvaultError('INTERNAL', 'the budget is closed', { context: { family } });
    if (this.#broken) throw this.#broken.error;
    this.#trouble.check(family, now, () => (rule.limit === 0 ? 0 : shared().lastSuccess(name)));
    if (rule.limit === 0) {
      return now < this.#ownGate.until ? { waitMs: this.#ownGate.until - now } : this.#slot(undefined, now);
    }
    const grant = shared().take(name, rule, () => clock.now(), startedAt);
    if ('waitMs' in grant) return grant;
    this.#options.watch?.taken(family, { used: grant.used, limit: rule.limit, perMs: rule.perMs });
    return this.#slot(grant.slot, now);
  }

  #slot(id: number | undefined, started: number): BudgetSlot {
    let open = true;
    if (id !== undefined) this.#flying.add(id);
    return {
      done: (response) => {
        if (!open || this.#closed) return;
        open = false;
        if (id !== undefined) this.#flying.delete(id);
        try {
          this.#finish(id, started, response);
        } catch (error) {
          // the response itself is fine: the next request is told
          this.#broken = { error };
        }
      },
    };
  }

  #finish(id: number | undefined, started: number, response: RateResponse | undefined): void {
    const { name, rule, clock, shared } = this.#options;
    const now = clock.now();
    const success = isSuccess(response);
    this.#trouble.note(success, now);
    if (id !== undefined)
      shared().finish(name, rule, [id], now, response ? (success ? 'success' : 'failure') : 'unanswered');
    else if (success) this.#ownGate.throttles = 0;
    if (!response || !isThrottled(response)) return;
    const wait = (earlier: number): number => gateMs(response, earlier, now, this.#options.random);
    if (id !== undefined) shared().throttle(name, rule, started, () => clock.now(), wait);
    else this.#closeOwnGate(now, wait);
  }

  #closeOwnGate(now: number, wait: (earlier: number) => number): void {
    const { until, throttles } = this.#ownGate;
    this.#ownGate = { until: Math.max(until, now + wait(throttles)), throttles: throttles + 1 };
  }

  async #pause(waitMs: number): Promise<void> {
    this.#wake = new AbortController();
    const { signal } = this.#wake;
    this.#options.watch?.waiting(this.#options.family, waitMs);
    try {
      await this.#options.clock.sleep(Math.ceil(waitMs), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #drop(waiter: Waiter, reason: unknown): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.reject(reason);
    // nobody is left to wait for: the pause would only keep the process alive
    if (this.#waiters.length === 0) this.#wake.abort();
  }

  #rejectAll(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
    this.#wake.abort();
  }
}

/** Watches how long a family has been failing without one success. */
class Trouble {
  #since: number | undefined;
  #last = 0;

  note(success: boolean, now: number): void {
    if (success) this.#since = undefined;
    else {
      if (now - this.#last > failureForgottenMs) this.#since = undefined;
      this.#since ??= now;
      this.#last = now;
    }
  }

  /** Throws `SOURCE_UNREACHABLE` after 30 min; another process's success counts as well. */
  check(family: string, now: number, lastSuccess: () => number): void {
    if (this.#since === undefined || now - this.#since < longestFailureMs) return;
    if (now - this.#last > failureForgottenMs || lastSuccess() >= this.#since) {
      this.#since = undefined;
      return;
    }
    throw new CxvaultError('SOURCE_UNREACHABLE', 'the API kept failing for 30 minutes without one success', {
      context: { family },
      hint: 'what was archived so far is safe; run again when the API works',
    });
  }
}

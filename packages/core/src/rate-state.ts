import type { BudgetRule } from '@cxvault/plugin-api';

import { isGone, ownProcess } from './process-identity.ts';
import { RateDatabase } from './rate-database.ts';
import type { FamilyRow, FlyingSlot } from './rate-database.ts';
import { longestGateMs } from './rate-throttle.ts';

/** Milliseconds after a response and the period until a slot is free: the server's clock may tick coarsely. */
const slotMarginMs = 50;
/** How much later (ms) than we gave it up a busy server may still come to see a request. */
const unansweredMarginMs = 500;
/** A request that nobody reported on for so long (ms) has reached the server long ago, whatever became of it. */
const longestFlightMs = 15 * 60_000;
/** The rate is never cut below this part of the rule. */
const smallestFactor = 1 / 32;
/** Of the full rate, regained in each period. */
const recoveryPerPeriod = 0.1;
/** Throttling so long ago (ms) says nothing about now. */
const throttlesForgottenMs = 30 * 60_000;
/** How often to look (ms) for what other processes' requests became. */
const longestLookMs = 1_000;

/** What asking for a slot gave: a slot, and how many are in use with it; or how long to wait (ms) before it makes sense to ask again. */
export type Grant = { readonly slot: number; readonly used: number } | { readonly waitMs: number };

/**
 * The slots and gates of all families, in a database that all processes of a user share. Every step is one
 * immediate transaction: nobody decides on what another is just changing. Times are in milliseconds since 1970.
 */
export class RateState {
  readonly #database: RateDatabase;
  readonly #own = ownProcess();

  /** Throws `OUTPUT_FAILED` when the file cannot be opened or is no database. */
  constructor(file: string) {
    this.#database = new RateDatabase(file);
  }

  /**
   * Takes a slot, if rule, gate and reduced rate allow one now. `startedAt`: when this process began. The clock is
   * read once the database is ours: seen from before the wait for it, others' times would lie too far ahead.
   */
  take(family: string, rule: BudgetRule, clock: () => number, startedAt: number): Grant {
    return this.#database.transaction(() => {
      const now = clock();
      const state = this.#current(family, rule, now);
      const open = Math.max(state.gateUntil, rule.even === true ? nextEven(rule, state, now, startedAt) : 0);
      if (open > now) return { waitMs: open - now };
      const allowed = Math.max(1, Math.floor(rule.limit * state.factor + 1e-9));
      if (state.taken < allowed)
        return { slot: this.#database.insertSlot(family, now, this.#own), used: state.taken + 1 };
      return { waitMs: this.#waitMs(family, rule, state, allowed, now) };
    });
  }

  /**
   * Notes that the responses to these requests came at `now`: their slots are free a period and a margin later.
   * Without a response `outcome` is `unanswered`: the server may see the request only after we have given it up.
   */
  finish(
    family: string,
    rule: BudgetRule,
    slots: readonly number[],
    now: number,
    outcome: 'success' | 'failure' | 'unanswered',
  ): void {
    this.#database.transaction(() => {
      const lateMs = outcome === 'unanswered' ? unansweredMarginMs : 0;
      this.#database.freeSlots(slots, freeAt(rule, now + lateMs));
      if (outcome === 'success') this.#database.noteSuccess(family, now);
    });
  }

  /**
   * Closes the family's gate for as long as `gateMs` says, given how many throttled answers came in a row, and
   * halves the rate: once for all requests that were under way together.
   */
  throttle(
    family: string,
    rule: BudgetRule,
    started: number,
    clock: () => number,
    gateMs: (earlier: number) => number,
  ): void {
    this.#database.transaction(() => {
      const now = clock();
      const state = this.#current(family, rule, now);
      const again = started <= state.throttledAt;
      const recent = now - state.throttledAt < throttlesForgottenMs ? state.throttles : 0;
      const gateUntil = Math.max(state.gateUntil, now + gateMs(again ? Math.max(0, recent - 1) : recent));
      this.#database.updateFamily(family, {
        ...state,
        gateUntil,
        factor: again ? state.factor : Math.max(smallestFactor, state.factor / 2),
        factorAt: gateUntil,
        ...(!again && { throttledAt: now, throttles: recent + 1 }),
      });
    });
  }

  /** When any process saw the family's last success; 0: never. */
  lastSuccess(family: string): number {
    return this.#database.transaction(() => this.#database.family(family).lastSuccess);
  }

  close(): void {
    this.#database.close();
  }

  /** The family at `now`, its due slots freed. Times that lie too far ahead come from a clock that was set back. */
  #current(family: string, rule: BudgetRule, now: number): FamilyRow {
    this.#database.releaseSlots(family, now, freeAt(rule, now + unansweredMarginMs));
    const row = this.#database.family(family);
    const recovered = (recoveryPerPeriod * Math.max(0, now - row.factorAt)) / rule.perMs;
    return {
      ...row,
      gateUntil: Math.min(row.gateUntil, now + longestGateMs),
      lastStart: Math.min(row.lastStart, now),
      factor: Math.min(1, row.factor + recovered),
    };
  }

  #waitMs(family: string, rule: BudgetRule, state: FamilyRow, allowed: number, now: number): number {
    this.#releaseLost(family, rule, now);
    const due = this.#database.nthFreeAt(family, state.taken - allowed);
    const more = ((allowed + 1) / rule.limit - state.factor) / recoveryPerPeriod;
    const recovers = state.factor < 1 ? Math.max(0, state.factorAt - now) + more * rule.perMs : Infinity;
    // A response that another process waits for frees nothing before a period has passed: half of one is soon enough.
    const look = due === undefined ? Math.min(longestLookMs, rule.perMs / 2) : due - now;
    return Math.max(1, Math.min(look, recovers));
  }

  /** Requests whose process is gone, or that nobody will report on any more. */
  #releaseLost(family: string, rule: BudgetRule, now: number): void {
    const lost = this.#database.flyingSlots(family).filter((slot) => this.#isLost(slot, now));
    this.#database.freeSlots(
      lost.map(({ id }) => id),
      freeAt(rule, now + unansweredMarginMs),
    );
  }

  #isLost({ started, owner }: FlyingSlot, now: number): boolean {
    if (now - started > longestFlightMs) return true;
    return isGone(owner, this.#own);
  }
}

function freeAt(rule: BudgetRule, now: number): number {
  return now + rule.perMs + slotMarginMs;
}

/** One gap after the last request, and after this process began: then a restart costs the server nothing. */
function nextEven(rule: BudgetRule, state: FamilyRow, now: number, startedAt: number): number {
  const gapMs = rule.perMs / rule.limit / state.factor;
  return Math.max(state.lastStart, Math.min(startedAt, now)) + gapMs;
}

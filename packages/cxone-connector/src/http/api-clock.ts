import type { Clock } from './clock.ts';
import type { AnswerHeaders, Exchange } from './exchange.ts';

/** The API's clock, learnt from the `Date` header of its answers and carried on by our monotonic clock. */
export class ApiClock {
  readonly #clock: Clock;
  #seen: { api: number; ours: number; at: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  observe(headers: AnswerHeaders): void {
    const api = dateOf(headers);
    if (api !== undefined) this.#seen = { api, ours: this.#clock.now(), at: this.#clock.monotonic() };
  }

  /** Milliseconds since 1970; undefined while no answer had a `Date`. */
  now(): number | undefined {
    return this.#seen && Math.trunc(this.#seen.api + this.#clock.monotonic() - this.#seen.at);
  }

  /** Both clocks at the moment of the last answer. */
  comparison(): { api: number; ours: number } | undefined {
    return this.#seen && { api: this.#seen.api, ours: this.#seen.ours };
  }
}

/** The `Date` header in milliseconds since 1970. */
export function dateOf(headers: AnswerHeaders): number | undefined {
  const at = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Lets the clock see each answer of the API itself; other servers' clocks do not count. */
export function observingClock(next: Exchange, clock: ApiClock, apiOrigins: ReadonlySet<string>): Exchange {
  return async (call) => {
    const response = await next(call);
    if (apiOrigins.has(call.url.origin)) clock.observe(response.headers);
    return response;
  };
}

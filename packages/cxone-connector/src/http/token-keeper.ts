import type { Secret } from '@cxvault/plugin-api';
import type { Clock } from './clock.ts';
import { SharedWork } from './shared-work.ts';

/** An access token, in memory only. */
export interface AccessToken {
  readonly value: Secret;
  /** When to renew it, a little before it expires: milliseconds of the monotonic clock. Undefined: not known. */
  readonly renewAt: number | undefined;
  /** What was granted; undefined when the server does not say. */
  readonly scopes: readonly string[] | undefined;
  /** The `tenantId` claim, where the token is a JWT that has one. */
  readonly tenant: string | undefined;
}

/** Gets a token, the first or the next. `refused`: the API did not take the last one, whatever its age. */
export type Login = (signal: AbortSignal, refused: boolean) => Promise<AccessToken>;

/** Keeps one token, and lets concurrent callers share one renewal. */
export class TokenKeeper {
  readonly #login: Login;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #renewal = new SharedWork<AccessToken>();
  #token: AccessToken | undefined;

  constructor(login: Login, clock: Clock) {
    this.#login = login;
    this.#clock = clock;
  }

  /** A token that is still good, by what is known of it. */
  current(signal?: AbortSignal): Promise<AccessToken> {
    const token = this.#token;
    const good = token && (token.renewAt === undefined || this.#clock.monotonic() < token.renewAt);
    return good ? Promise.resolve(token) : this.#next(signal, false);
  }

  /** A token other than the one that was refused. */
  renewed(refused: AccessToken, signal?: AbortSignal): Promise<AccessToken> {
    const token = this.#token;
    return token && token !== refused ? Promise.resolve(token) : this.#next(signal, true);
  }

  /** Aborted when all is closed: for work that outlives the signal of whoever asked for it. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends a login that is under way. */
  close(): void {
    this.#closing.abort();
  }

  #next(signal: AbortSignal | undefined, refused: boolean): Promise<AccessToken> {
    const login = (): Promise<AccessToken> =>
      this.#login(this.#closing.signal, refused).then((token) => (this.#token = token));
    return this.#renewal.join(login, signal);
  }
}

import type { Secret } from '@cxvault/plugin-api';
import type { Clock } from './clock.ts';

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

/** Keeps one token, and lets concurrent callers share one renewal. */
export class TokenKeeper {
  readonly #login: (signal: AbortSignal) => Promise<AccessToken>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #token: AccessToken | undefined;
  #renewal: Promise<AccessToken> | undefined;

  constructor(login: (signal: AbortSignal) => Promise<AccessToken>, clock: Clock) {
    this.#login = login;
    this.#clock = clock;
  }

  /** A token that is still good, by what is known of it. */
  current(signal?: AbortSignal): Promise<AccessToken> {
    const token = this.#token;
    const good = token && (token.renewAt === undefined || this.#clock.monotonic() < token.renewAt);
    return good ? Promise.resolve(token) : this.#shared(signal);
  }

  /** A token other than the one that was refused. */
  renewed(refused: AccessToken, signal?: AbortSignal): Promise<AccessToken> {
    const token = this.#token;
    return token && token !== refused ? Promise.resolve(token) : this.#shared(signal);
  }

  /** Ends a login that is under way. */
  close(): void {
    this.#closing.abort();
  }

  /** One caller's abort ends its own waiting, not the login that others wait for. */
  #shared(signal: AbortSignal | undefined): Promise<AccessToken> {
    this.#renewal ??= this.#login(this.#closing.signal)
      .then((token) => (this.#token = token))
      .finally(() => (this.#renewal = undefined));
    return signal === undefined ? this.#renewal : abortable(this.#renewal, signal);
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined); // nobody may be left to hear of its failure
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

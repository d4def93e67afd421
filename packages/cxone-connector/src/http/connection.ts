import type { BudgetRules, SourceContext } from '@cxvault/plugin-api';
import { ApiClient } from './api-client.ts';
import { ApiClock, observingClock } from './api-clock.ts';
import { withBearer } from './bearer.ts';
import { withBudget } from './budgeted.ts';
import { CallCounter } from './call-counts.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { LoginSurroundings } from './login-request.ts';
import { guardOrigin, guardProtocol } from './origin-guard.ts';
import { followRedirects } from './redirects.ts';
import { defaultRetryPolicy } from './retry.ts';
import type { RetryPolicy, RetrySurroundings } from './retry.ts';
import { Session } from './session.ts';
import { TokenKeeper } from './token-keeper.ts';
import type { Login } from './token-keeper.ts';
import { defaultTimeLimits, openWire } from './transport.ts';
import type { TimeLimits, Wire } from './transport.ts';

/** What tests replace. */
export interface Surroundings {
  readonly openWire: (limits: TimeLimits) => Wire;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  readonly limits: TimeLimits;
  readonly policy: RetryPolicy;
}

export const realSurroundings: Surroundings = {
  openWire,
  clock: systemClock,
  random: Math.random,
  limits: defaultTimeLimits,
  policy: defaultRetryPolicy,
};

/** How one profile uses its API. */
export interface ConnectionOptions {
  readonly profile: string;
  /** Under which name the tenant's budgets are shared. */
  readonly issuer: string;
  /** The tenant's name where the token tells none; undefined: then nothing can be done. */
  readonly fallbackTenant: string | undefined;
  /**
   * The API's own origins: the bearer goes to these and nowhere else, and only their clocks count. May grow once the
   * login has told where the API is.
   */
  readonly apiOrigins: ReadonlySet<string>;
  readonly login: (surroundings: LoginSurroundings) => Login;
  readonly allowPlainHttp: boolean;
  readonly rules: BudgetRules;
}

/** One login to one API, with everything that requests to it share. */
export interface Connection {
  readonly client: ApiClient;
  readonly session: Session;
  readonly tokens: TokenKeeper;
  readonly apiClock: ApiClock;
  readonly clock: Clock;
  readonly counter: CallCounter;
  /** For requests to the issuer, which carry no bearer. */
  readonly issuer: LoginSurroundings;
}

/** Builds the stack; nothing is sent yet. */
export function connect(
  options: ConnectionOptions,
  context: Pick<SourceContext, 'openBudgets' | 'log'>,
  surroundings: Surroundings,
): Connection {
  const { clock, random, policy, limits } = surroundings;
  const { apiOrigins, allowPlainHttp } = options;
  const counter = new CallCounter();
  const apiClock = new ApiClock(clock);
  const retry: RetrySurroundings = { policy, clock, random, counter, log: context.log };
  const wire = surroundings.openWire(limits);
  const issuer = issuerSurroundings(wire, retry, limits, allowPlainHttp);
  const tokens = new TokenKeeper(options.login(issuer), clock);
  const session = new Session({ ...options, tokens, wire, openBudgets: context.openBudgets });
  const budgeted = withBudget(wire.exchange, async (signal) => (await session.open(signal)).budgets, counter);
  const bare = observingClock(budgeted, apiClock, apiOrigins);
  const guarded = guardOrigin(apiOrigins, { withBearer: withBearer(bare, tokens, limits.idleMs), bare });
  const exchange = followRedirects(guardProtocol(guarded, allowPlainHttp), limits.idleMs);
  const client = new ApiClient(exchange, retry, limits.idleMs);
  return { client, session, tokens, apiClock, clock, counter, issuer };
}

function issuerSurroundings(
  wire: Wire,
  retry: RetrySurroundings,
  { idleMs }: TimeLimits,
  allowPlainHttp: boolean,
): LoginSurroundings {
  const exchange = guardProtocol(wire.exchange, allowPlainHttp);
  return {
    retry,
    clock: retry.clock,
    exchange,
    followingExchange: followRedirects(exchange, idleMs),
    idleMs,
  };
}

import type { BudgetRules, Secret, SourceContext } from '@cxvault/plugin-api';
import { ApiClient } from './api-client.ts';
import { ApiClock, observingClock } from './api-clock.ts';
import { withBearer } from './bearer.ts';
import { withBudget } from './budgeted.ts';
import { CallCounter } from './call-counts.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Exchange } from './exchange.ts';
import { createLogin } from './login.ts';
import { guardOrigin, guardProtocol } from './origin-guard.ts';
import { followRedirects } from './redirects.ts';
import { defaultRetryPolicy } from './retry.ts';
import type { RetryPolicy, RetrySurroundings } from './retry.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';
import { TokenKeeper } from './token-keeper.ts';
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

/** Where the API is, and how it is used. */
export interface ConnectionOptions {
  readonly profile: string;
  readonly apiBase: URL;
  readonly issuer: URL;
  readonly tokenUrl: URL | undefined;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
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
}

/** Builds the stack; nothing is sent yet. */
export function connect(
  options: ConnectionOptions,
  context: Pick<SourceContext, 'openBudgets' | 'log'>,
  surroundings: Surroundings,
): Connection {
  const { clock, random, policy, limits } = surroundings;
  const counter = new CallCounter();
  const apiClock = new ApiClock(clock);
  const retry: RetrySurroundings = { policy, clock, random, counter, log: context.log };
  const wire = surroundings.openWire(limits);
  const tokens = createTokens(options, retry, wire.exchange, limits);
  const session = createSession(options, { tokens, wire, openBudgets: context.openBudgets });
  const budgeted = withBudget(wire.exchange, async (signal) => (await session.open(signal)).budgets, counter);
  const bare = observingClock(budgeted, apiClock, options.apiBase.origin);
  const guarded = guardOrigin(options.apiBase.origin, {
    withBearer: withBearer(bare, tokens, limits.idleMs),
    bare,
  });
  const exchange = followRedirects(guardProtocol(guarded, options.allowPlainHttp), limits.idleMs);
  return { client: new ApiClient(exchange, retry, limits.idleMs), session, tokens, apiClock, clock, counter };
}

function createTokens(
  options: ConnectionOptions,
  retry: RetrySurroundings,
  wire: Exchange,
  { idleMs }: TimeLimits,
): TokenKeeper {
  const exchange = guardProtocol(wire, options.allowPlainHttp);
  const login = createLogin(options, {
    retry,
    clock: retry.clock,
    exchange,
    followingExchange: followRedirects(exchange, idleMs),
    idleMs,
  });
  return new TokenKeeper(login, retry.clock);
}

function createSession(
  { profile, issuer, tokenUrl, apiBase, rules }: ConnectionOptions,
  parts: Pick<SessionOptions, 'tokens' | 'wire' | 'openBudgets'>,
): Session {
  const place = (tokenUrl ?? issuer).origin;
  return new Session({ ...parts, profile, issuer: place, fallbackTenant: apiBase.hostname, rules });
}

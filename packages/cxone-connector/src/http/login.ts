import { CxvaultError, isCxvaultError, Secret } from '@cxvault/plugin-api';
import type { JsonObject } from '@cxvault/plugin-api';
import * as oauth from 'openid-client';
import { camelObject } from '../field-names.ts';
import type { Clock } from './clock.ts';
import type { Call, Exchange } from './exchange.ts';
import { readLoginAnswer } from './login-answer.ts';
import { RequestFailure } from './request-failure.ts';
import { retrying } from './retry.ts';
import type { RetrySurroundings } from './retry.ts';
import { tenantOfToken } from './token-claims.ts';
import type { AccessToken } from './token-keeper.ts';

/** Where and as whom to log in with OAuth 2.0 client credentials. */
export interface LoginOptions {
  readonly issuer: URL;
  /** Skips discovery. */
  readonly tokenUrl: URL | undefined;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
}

/** What a login needs of its surroundings. */
export interface LoginSurroundings {
  readonly retry: RetrySurroundings;
  readonly clock: Clock;
  /** Sends with redirects left alone, plain http guarded. */
  readonly exchange: Exchange;
  /** The same with redirects followed: for discovery only, which sends nothing secret. */
  readonly followingExchange: Exchange;
  readonly idleMs: number;
}

/** A token is renewed this part of its life before its end, at most {@link renewalMarginMs}. */
const renewalMarginPart = 0.1;
const renewalMarginMs = 60_000;

/**
 * Makes the function that logs in: discovery once, then one token request a call. It throws `LOGIN_REFUSED` at
 * once when the issuer says no, and `SOURCE_UNREACHABLE` after the retries when it does not answer. Errors of
 * openid-client are never passed on: they carry the issuer's answer, token included.
 */
export function createLogin(
  options: LoginOptions,
  surroundings: LoginSurroundings,
): (signal: AbortSignal) => Promise<AccessToken> {
  let configuration: oauth.Configuration | undefined;
  return async (signal) => {
    const fetch = loginFetch(surroundings, signal);
    const tokenOf = async (chosen: oauth.Configuration): Promise<AccessToken> => {
      chosen[oauth.customFetch] = fetch;
      const sentAt = surroundings.clock.monotonic();
      const answer = await oauth.clientCredentialsGrant(chosen, { scope: options.scopes.join(' ') });
      configuration = chosen;
      return accessToken(answer, sentAt);
    };
    try {
      if (configuration) return await tokenOf(configuration);
      const server = await serverOf(options, fetch);
      const [first, second] = configurationsFor(options, server);
      return await tokenOf(first).catch((error: unknown) => {
        if (second === undefined || !refusesClient(loginError(error, options))) throw error;
        return tokenOf(second);
      });
    } catch (error) {
      signal.throwIfAborted();
      throw loginError(error, options);
    }
  };
}

async function serverOf(options: LoginOptions, fetch: oauth.CustomFetch): Promise<oauth.ServerMetadata> {
  const { issuer, tokenUrl, clientId } = options;
  if (tokenUrl) return { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href };
  const wellKnown = new URL(issuer);
  wellKnown.pathname = `${issuer.pathname.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const discovered = await oauth.discovery(wellKnown, clientId.reveal(), undefined, oauth.None(), {
    [oauth.customFetch]: fetch,
    execute: [oauth.allowInsecureRequests],
  });
  return discovered.serverMetadata();
}

/** How to show the secret: as the server says; Basic, then in the body, where it does not. */
function configurationsFor(
  { clientId, clientSecret }: LoginOptions,
  server: oauth.ServerMetadata,
): [oauth.Configuration, oauth.Configuration?] {
  const configure = (auth: oauth.ClientAuth): oauth.Configuration => {
    const configuration = new oauth.Configuration(server, clientId.reveal(), undefined, auth);
    // Our own guard knows which plain http is allowed; openid-client's knows https only.
    oauth.allowInsecureRequests(configuration);
    return configuration;
  };
  const methods = server.token_endpoint_auth_methods_supported;
  const basic = configure(basicAuth(clientSecret));
  const post = configure(oauth.ClientSecretPost(clientSecret.reveal()));
  if (methods === undefined) return [basic, post];
  return methods.includes('client_secret_basic') ? [basic] : [post];
}

/** RFC 6749, 5.2: 401, or 400, is also the answer to a secret that is shown in a way that the server does not know. */
function refusesClient(error: Error): boolean {
  const status =
    isCxvaultError(error) && error.code === 'LOGIN_REFUSED' ? error.context['status'] : undefined;
  return status === 400 || status === 401;
}

/**
 * Basic with the form encoding of RFC 6749, 2.3.1. openid-client's own escapes `-`, `_` and `.` too, which the
 * form encoding does not ask for, and servers that do not decode then refuse every id with a hyphen.
 */
function basicAuth(clientSecret: Secret): oauth.ClientAuth {
  return (_, client, __, headers) => {
    const pair = `${formEncoded(client.client_id)}:${formEncoded(clientSecret.reveal())}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice('v='.length);
}

function loginFetch(surroundings: LoginSurroundings, signal: AbortSignal): oauth.CustomFetch {
  const { retry, clock, exchange, followingExchange, idleMs } = surroundings;
  return async (url, { method, headers, body }) => {
    const isToken = method === 'POST';
    const call: Call = {
      family: 'login',
      method: isToken ? 'POST' : 'GET',
      url: new URL(url),
      headers,
      ...(isToken && { body: formText(body) }),
      signal,
    };
    const json = await retrying(retry, call, async () => {
      retry.counter.sent(call.family);
      const response = await (isToken ? exchange(call) : followingExchange(call));
      return readLoginAnswer(response, { idleMs, signal }, clock.now());
    });
    // The issuer's own name is not used; some leave it out.
    return Response.json(isToken ? tokenAnswer(json) : { issuer: call.url.origin, ...json });
  };
}

function formText(body: oauth.FetchBody): string {
  if (body instanceof URLSearchParams) return body.toString();
  if (typeof body === 'string') return body;
  throw new TypeError('the token request has no form');
}

/** The fields that are used, in OAuth's spelling; CXone may answer in camelCase and leave out the type. */
function tokenAnswer(json: JsonObject): JsonObject {
  const { accessToken, tokenType, expiresIn, scope } = camelObject(json);
  return {
    ...(accessToken !== undefined && { access_token: accessToken }),
    token_type: tokenType ?? 'bearer',
    ...(expiresIn != null && { expires_in: expiresIn }),
    ...(typeof scope === 'string' && { scope }),
    ...(Array.isArray(scope) && { scope: scope.filter((name) => typeof name === 'string').join(' ') }),
  };
}

function accessToken(answer: oauth.TokenEndpointResponse, sentAt: number): AccessToken {
  // Nothing is good for no time at all: such a life is as good as unknown.
  const lifeMs =
    answer.expires_in === undefined || answer.expires_in <= 0 ? undefined : answer.expires_in * 1000;
  const marginMs = Math.min(renewalMarginMs, (lifeMs ?? 0) * renewalMarginPart);
  return {
    value: new Secret(answer.access_token),
    renewAt: lifeMs === undefined ? undefined : sentAt + lifeMs - marginMs,
    scopes: answer.scope?.split(/[\s,]+/).filter((name) => name !== ''),
    tenant: tenantOfToken(answer.access_token),
  };
}

function loginError(error: unknown, options: LoginOptions): Error {
  const host = (options.tokenUrl ?? options.issuer).host;
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (isCxvaultError(cause)) return cause;
    if (cause instanceof RequestFailure) return unreachable(cause, host);
  }
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new CxvaultError('SOURCE_RESPONSE_INVALID', 'the answer to the login cannot be understood', {
    context: { host, reason: code },
    hint: 'check CXONE_API_BASE and CXONE_ISSUER, or name the token endpoint in CXONE_TOKEN_URL',
  });
}

function unreachable({ failure, networkCode }: RequestFailure, host: string): CxvaultError {
  const { status, requestId, reason } = failure;
  return new CxvaultError('SOURCE_UNREACHABLE', 'the login got no good answer', {
    context: { host, reason, status, networkCode, requestId },
    hint: 'check the address and the network, and try again later',
  });
}

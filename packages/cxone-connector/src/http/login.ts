import { type CxvaultError, Secret } from '@cxvault/plugin-api';
import * as oauth from 'openid-client';
import { configurationsFor } from './client-auth.ts';
import type { LoginClient } from './client-auth.ts';
import { issuedToken, tokenAnswer } from './issued-token.ts';
import type { LoginHints } from './login-answer.ts';
import { loginError } from './login-error.ts';
import { loginJson } from './login-request.ts';
import type { LoginSurroundings } from './login-request.ts';
import type { AccessToken, Login } from './token-keeper.ts';

/** Where and as whom to log in with OAuth 2.0. */
export interface LoginOptions {
  readonly issuer: URL;
  /** Skips discovery. */
  readonly tokenUrl: URL | undefined;
  readonly client: LoginClient;
  readonly grant: Grant;
  readonly hints: LoginHints;
}

/** Asks for a token: what differs from profile to profile. */
export type Grant = (configuration: oauth.Configuration) => Promise<oauth.TokenEndpointResponse>;

/**
 * Makes the function that logs in: discovery once, then one token request a call, by the refresh token where the last
 * answer had one. It throws `LOGIN_REFUSED` at once when the issuer says no, and `SOURCE_UNREACHABLE` after the retries
 * when it does not answer.
 */
export function createLogin(options: LoginOptions, surroundings: LoginSurroundings): Login {
  const login = new OauthLogin(options, surroundings);
  return async (signal, refused) => {
    try {
      return await login.token(signal, refused);
    } catch (error) {
      signal.throwIfAborted();
      throw errorOf(error, options);
    }
  };
}

class OauthLogin {
  readonly #options: LoginOptions;
  readonly #surroundings: LoginSurroundings;
  #configuration: oauth.Configuration | undefined;
  #refreshToken: Secret | undefined;
  /** Whether the token that is in use came by the refresh token. */
  #refreshed = false;

  constructor(options: LoginOptions, surroundings: LoginSurroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
  }

  async token(signal: AbortSignal, refused: boolean): Promise<AccessToken> {
    const fetch = loginFetch(this.#surroundings, this.#options.hints, signal);
    // Refused though it was fresh: what the refresh token gives is worth nothing any more.
    if (refused && this.#refreshed) this.#refreshToken = undefined;
    const renewed = await this.#byRefreshToken(fetch);
    if (renewed) return renewed;
    if (this.#configuration) return this.#ask(this.#configuration, fetch, this.#options.grant);
    const [first, second] = configurationsFor(this.#options.client, await serverOf(this.#options, fetch));
    return this.#ask(first, fetch, this.#options.grant).catch((error: unknown) => {
      if (second === undefined || !refusesClient(errorOf(error, this.#options))) throw error;
      return this.#ask(second, fetch, this.#options.grant);
    });
  }

  /** Undefined: there is no refresh token, or it is of no use any more. An outage is thrown. */
  async #byRefreshToken(fetch: oauth.CustomFetch): Promise<AccessToken | undefined> {
    const [configuration, token] = [this.#configuration, this.#refreshToken];
    if (!configuration || !token) return undefined;
    const parameters = { client_id: this.#options.client.id.reveal() }; // CXone's own form has it (cxone-shapes.md, 1.2)
    try {
      const renewed = await this.#ask(configuration, fetch, (chosen) =>
        oauth.refreshTokenGrant(chosen, token.reveal(), parameters),
      );
      this.#refreshed = true;
      return renewed;
    } catch (error) {
      if (errorOf(error, this.#options).code === 'SOURCE_UNREACHABLE') throw error;
      this.#refreshToken = undefined;
      return undefined;
    }
  }

  async #ask(
    configuration: oauth.Configuration,
    fetch: oauth.CustomFetch,
    grant: Grant,
  ): Promise<AccessToken> {
    configuration[oauth.customFetch] = fetch;
    const sentAt = this.#surroundings.clock.monotonic();
    const answer = await grant(configuration);
    this.#configuration = configuration;
    this.#refreshed = false;
    if (answer.refresh_token !== undefined) this.#refreshToken = new Secret(answer.refresh_token);
    return issuedToken(answer, sentAt);
  }
}

async function serverOf(options: LoginOptions, fetch: oauth.CustomFetch): Promise<oauth.ServerMetadata> {
  const { issuer, tokenUrl, client } = options;
  if (tokenUrl) return { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href };
  const wellKnown = new URL(issuer);
  wellKnown.pathname = `${issuer.pathname.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const discovered = await oauth.discovery(wellKnown, client.id.reveal(), undefined, oauth.None(), {
    [oauth.customFetch]: fetch,
    execute: [oauth.allowInsecureRequests],
  });
  return discovered.serverMetadata();
}

/** RFC 6749, 5.2: 401, or 400, is also the answer to a secret that is shown in a way that the server does not know. */
function refusesClient(error: CxvaultError): boolean {
  const status = error.code === 'LOGIN_REFUSED' ? error.context['status'] : undefined;
  return status === 400 || status === 401;
}

function loginFetch(
  surroundings: LoginSurroundings,
  hints: LoginHints,
  signal: AbortSignal,
): oauth.CustomFetch {
  return async (url, { method, headers, body }) => {
    const isToken = method === 'POST';
    const request = {
      method: isToken ? 'POST' : 'GET',
      url: new URL(url),
      headers,
      ...(isToken && { body: formText(body) }),
      signal,
    } as const;
    const json = await loginJson(surroundings, request, hints);
    // The issuer's own name is not used; some leave it out.
    return Response.json(isToken ? tokenAnswer(json) : { issuer: request.url.origin, ...json });
  };
}

function formText(body: oauth.FetchBody): string {
  if (body instanceof URLSearchParams) return body.toString();
  if (typeof body === 'string') return body;
  throw new TypeError('the token request has no form');
}

function errorOf(error: unknown, { tokenUrl, issuer, hints }: LoginOptions): CxvaultError {
  return loginError(error, (tokenUrl ?? issuer).host, hints);
}

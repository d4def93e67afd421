import { json } from './answer.ts';
import type { Answer } from './answer.ts';
import type { TenantClock } from './clock.ts';
import { bearerToken, discoveryDocument, oauthError, refuseClient, sign, unsignedToken } from './oauth.ts';
import type { Settings } from './settings.ts';

interface Grant {
  readonly until: number;
  readonly scopes: readonly string[];
}

/** Who a bearer token stands for: its scopes, or nobody. */
export type Bearer = { readonly scopes: readonly string[] } | undefined;

/** OAuth 2.0 client credentials: gives tokens, and knows those that it gave. */
export class TokenEndpoint {
  readonly tenantId: string;
  readonly #settings: Settings['login'];
  readonly #clock: TenantClock;
  readonly #seed: string;
  readonly #grants = new Map<string, Grant>();
  #issued = 0;

  constructor(settings: Settings['login'], seed: string, tenantId: string, clock: TenantClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#seed = seed;
    this.tenantId = tenantId;
  }

  /** `GET /.well-known/openid-configuration` */
  discovery(issuer: string): Answer {
    return discoveryDocument(issuer, this.#settings, {
      jwks_uri: `${issuer}/auth/keys`,
      grant_types_supported: ['client_credentials'],
      scopes_supported: this.#settings.grantedScopes,
    });
  }

  /** The token request (RFC 6749, section 4.4). */
  grant(form: URLSearchParams, authorization: string | undefined, issuer: string): Answer {
    const refused = refuseClient(form, authorization, this.#settings);
    if (refused !== undefined) return refused;
    if (form.get('grant_type') !== 'client_credentials') {
      return oauthError(400, 'unsupported_grant_type', 'only client_credentials');
    }
    const asked = form.get('scope')?.split(' ').filter(Boolean);
    const scopes = this.#settings.grantedScopes.filter((scope) => asked?.includes(scope) ?? true);
    const until = this.#clock.now() + this.#settings.tokenSeconds * 1000;
    const token = this.#make(scopes, until, issuer);
    this.#forgetExpired();
    this.#grants.set(token, { until, scopes });
    const answer = { access_token: token, token_type: 'Bearer', expires_in: this.#settings.tokenSeconds };
    const noStore = { 'cache-control': 'no-store' };
    return json(200, this.#settings.scopeInAnswer ? { ...answer, scope: scopes.join(' ') } : answer, noStore);
  }

  /** Who sends this Authorization header; undefined for an unknown, expired or missing token. */
  bearer(authorization: string | undefined): Bearer {
    const token = bearerToken(authorization);
    const grant = token === undefined ? undefined : this.#grants.get(token);
    return grant !== undefined && grant.until > this.#clock.now() ? grant : undefined;
  }

  /** Makes every token given so far void, before its time. */
  revokeAll(): void {
    this.#grants.clear();
  }

  #make(scopes: readonly string[], until: number, issuer: string): string {
    this.#issued += 1;
    const claims = {
      iss: issuer,
      sub: this.#settings.clientId,
      tenantId: this.tenantId,
      scope: scopes.join(' '),
      iat: Math.floor(this.#clock.now() / 1000),
      exp: Math.floor(until / 1000),
      jti: this.#issued,
    };
    const unsigned = unsignedToken(claims);
    const signature = sign(unsigned, this.#seed);
    return this.#settings.opaqueToken ? signature : `${unsigned}.${signature}`;
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [token, { until }] of this.#grants) if (until <= now) this.#grants.delete(token);
  }
}

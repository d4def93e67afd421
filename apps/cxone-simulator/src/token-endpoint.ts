import { createHmac, timingSafeEqual } from 'node:crypto';
import { json } from './answer.ts';
import type { Answer } from './answer.ts';
import type { TenantClock } from './clock.ts';
import type { Settings } from './settings.ts';

interface Grant {
  readonly until: number;
  readonly scopes: readonly string[];
}

/** Who a bearer token stands for: its scopes, or nobody. */
export type Bearer = { readonly scopes: readonly string[] } | undefined;

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Equal, without telling by its time how much of it is. */
export function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

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

  /** OpenID Connect discovery 1.0, section 3. */
  discovery(issuer: string): Answer {
    return json(200, {
      issuer,
      token_endpoint: `${issuer}/auth/token`,
      authorization_endpoint: `${issuer}/auth/authorize`,
      jwks_uri: `${issuer}/auth/keys`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: this.#settings.clientAuth.map((way) => `client_secret_${way}`),
      scopes_supported: this.#settings.grantedScopes,
    });
  }

  /** The token request (RFC 6749, section 4.4). */
  grant(form: URLSearchParams, authorization: string | undefined, issuer: string): Answer {
    const refused = this.#refuse(form, authorization);
    if (refused !== undefined) return refused;
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
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const grant = token === undefined ? undefined : this.#grants.get(token);
    return grant !== undefined && grant.until > this.#clock.now() ? grant : undefined;
  }

  /** Makes every token given so far void, before its time. */
  revokeAll(): void {
    this.#grants.clear();
  }

  #refuse(form: URLSearchParams, authorization: string | undefined): Answer | undefined {
    const { way, id, secret } = clientOf(form, authorization);
    const known = same(id, this.#settings.clientId) && same(secret, this.#settings.clientSecret);
    if (!known || !this.#settings.clientAuth.includes(way)) {
      const challenge: Record<string, string> =
        way === 'basic' ? { 'www-authenticate': 'Basic realm="cxone"' } : {};
      return json(
        401,
        { error: 'invalid_client', error_description: 'client authentication failed' },
        challenge,
      );
    }
    if (form.get('grant_type') === 'client_credentials') return undefined;
    return json(400, { error: 'unsupported_grant_type', error_description: 'only client_credentials' });
  }

  #make(scopes: readonly string[], until: number, issuer: string): string {
    this.#issued += 1;
    const head = encode({ alg: 'HS256', typ: 'JWT' });
    const claims = {
      iss: issuer,
      sub: this.#settings.clientId,
      tenantId: this.tenantId,
      scope: scopes.join(' '),
      iat: Math.floor(this.#clock.now() / 1000),
      exp: Math.floor(until / 1000),
      jti: this.#issued,
    };
    const signed = `${head}.${encode(claims)}`;
    const signature = createHmac('sha256', `token ${this.#seed}`).update(signed).digest('base64url');
    return this.#settings.opaqueToken ? signature : `${signed}.${signature}`;
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [token, { until }] of this.#grants) if (until <= now) this.#grants.delete(token);
  }
}

/** Who asks for a token, and in which way it shows its secret. */
export function clientOf(
  form: URLSearchParams,
  authorization: string | undefined,
): { readonly way: 'basic' | 'post'; readonly id: string; readonly secret: string } {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) {
    return { way: 'post', id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  }
  const [id, secret] = decodeBasic(basic);
  return { way: 'basic', id, secret };
}

/** Id and secret of a Basic header; each was form-encoded first (RFC 6749, section 2.3.1). */
function decodeBasic(basic: string): readonly [string, string] {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [formDecode(text.slice(0, Math.max(0, colon))), formDecode(text.slice(colon + 1))];
}

function formDecode(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}

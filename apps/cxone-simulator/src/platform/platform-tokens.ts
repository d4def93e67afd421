import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import type { TenantClock } from '../clock.ts';
import { parseBody } from '../request-body.ts';
import { clientOf, encode, same } from '../token-endpoint.ts';
import type { Settings } from '../settings.ts';

const accessKeyBody = z.looseObject({ accessKeyId: z.string(), accessKeySecret: z.string() });
const refreshBody = z.looseObject({ token: z.string() });
const noStore = { 'cache-control': 'no-store' };
const second = 1000; // ms

interface Issued {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The login of CXone: passwords are access keys, refresh tokens are good once. */
export class PlatformTokens {
  readonly tenantId: string;
  readonly #settings: Settings;
  readonly #clock: TenantClock;
  /** Until when tokens are good, in the tenant's milliseconds. */
  readonly #access = new Map<string, number>();
  readonly #refresh = new Map<string, number>();
  #issued = 0;

  constructor(settings: Settings, tenantId: string, clock: TenantClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.tenantId = tenantId;
  }

  discovery(issuer: string): Answer {
    return json(200, {
      issuer,
      authorization_endpoint: `${issuer}/auth/authorize`,
      token_endpoint: `${issuer}/auth/token`,
      jwks_uri: `${issuer}/auth/jwks`,
      token_endpoint_auth_methods_supported: this.#settings.login.clientAuth.map(
        (way) => `client_secret_${way}`,
      ),
      end_session_endpoint: `${issuer}/auth/logout`,
      scopes_supported: ['openid'],
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  }

  /** `POST /auth/token`: grants `password` and `refresh_token`. */
  grant(form: URLSearchParams, authorization: string | undefined, issuer: string): Answer {
    const { login } = this.#settings;
    const client = clientOf(form, authorization);
    const known = same(client.id, login.clientId) && same(client.secret, login.clientSecret);
    if (!known || !login.clientAuth.includes(client.way)) {
      const challenge: Record<string, string> =
        client.way === 'basic' ? { 'www-authenticate': 'Basic realm="cxone"' } : {};
      return refused(401, 'invalid_client', 'client authentication failed', challenge);
    }
    const grantType = form.get('grant_type');
    if (grantType === 'password') {
      return this.#isAccessKey(form.get('username'), form.get('password'))
        ? this.#answer(issuer)
        : refused(400, 'invalid_grant', 'the access key is not valid');
    }
    if (grantType === 'refresh_token') {
      return this.#useUp(form.get('refresh_token') ?? '')
        ? this.#answer(issuer)
        : refused(400, 'invalid_grant', 'the refresh token is used, expired or unknown');
    }
    return refused(400, 'unsupported_grant_type', 'only password and refresh_token');
  }

  /** `POST /authentication/v1/token/access-key`: the older way, without a registered client. */
  accessKey(body: string, issuer: string): Answer {
    const asked = parseBody(accessKeyBody, body);
    if (asked === undefined) return json(400, { message: 'accessKeyId and accessKeySecret are needed' });
    const right = this.#isAccessKey(asked.accessKeyId, asked.accessKeySecret);
    return right ? this.#answer(issuer) : json(401, { message: 'Unauthorized' });
  }

  /** `POST /public/user/refresh`: the older way's renewal, with names of its own. */
  userRefresh(body: string, issuer: string): Answer {
    const asked = parseBody(refreshBody, body);
    if (asked === undefined || !this.#useUp(asked.token)) return json(401, { message: 'Unauthorized' });
    const issued = this.#issue(issuer);
    return json(200, {
      token: issued.access_token,
      refreshToken: issued.refresh_token,
      tokenExpirationTimeSec: this.#settings.login.tokenSeconds,
      refreshTokenExpirationTimeSec: this.#settings.platform.login.refreshSeconds,
    });
  }

  /** `GET /.well-known/cxone-configuration?tenantId=` */
  configuration(tenantId: string | null, origin: string): Answer {
    if (tenantId !== this.tenantId) return json(404, { message: 'there is no such tenant' });
    return json(200, {
      private: false,
      ui_endpoint: origin,
      auth_endpoint: origin,
      api_endpoint: origin,
      area: 'na1',
      cluster: 'c42',
      domain: 'niceincontact.com',
      acdDomain: 'nice-incontact.com',
      uhDomain: 'nice-incontact.com',
      tenantId,
      globaldomain: 'niceincontact.com',
    });
  }

  isGood(authorization: string | undefined): boolean {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return (this.#access.get(token) ?? 0) > this.#clock.now();
  }

  /** Makes every token given so far void, refresh tokens too. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  #isAccessKey(id: string | null, secret: string | null): boolean {
    const { accessKeyId, accessKeySecret } = this.#settings.platform.login;
    return same(id ?? '', accessKeyId) && same(secret ?? '', accessKeySecret);
  }

  #answer(issuer: string): Answer {
    const expires = this.#settings.login.tokenSeconds;
    return json(200, { ...this.#issue(issuer), token_type: 'Bearer', expires_in: expires }, noStore);
  }

  #issue(issuer: string): Issued {
    const { login, platform, seed } = this.#settings;
    this.#issued += 1;
    const now = this.#clock.now();
    const until = now + login.tokenSeconds * second;
    const claims = {
      iss: issuer,
      sub: platform.login.accessKeyId,
      tenantId: this.tenantId,
      area: 'na1',
      icBUId: 4594,
      iat: Math.floor(now / second),
      exp: Math.floor(until / second),
      jti: this.#issued,
    };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    const sign = (what: string) => createHmac('sha256', `token ${seed}`).update(what).digest('base64url');
    const issued = { access_token: `${signed}.${sign(signed)}`, refresh_token: sign(`refresh ${signed}`) };
    this.#access.set(issued.access_token, until);
    this.#refresh.set(issued.refresh_token, now + platform.login.refreshSeconds * second);
    return issued;
  }

  /** Whether a refresh token was good; it no longer is. */
  #useUp(token: string): boolean {
    const until = this.#refresh.get(token) ?? 0;
    this.#refresh.delete(token);
    return until > this.#clock.now();
  }
}

function refused(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): Answer {
  return json(status, { error, error_description: description }, headers);
}

import { z } from 'zod';
import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import type { TenantClock } from '../clock.ts';
import {
  bearerToken,
  discoveryDocument,
  oauthError,
  refuseClient,
  same,
  sign,
  unsignedToken,
} from '../oauth.ts';
import { parseBody } from '../request-body.ts';
import type { Settings } from '../settings.ts';
import { businessUnitId } from './contact-row.ts';

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

  /** `GET /.well-known/openid-configuration` */
  discovery(issuer: string): Answer {
    return discoveryDocument(issuer, this.#settings.login, {
      jwks_uri: `${issuer}/auth/jwks`,
      end_session_endpoint: `${issuer}/auth/logout`,
      scopes_supported: ['openid'],
    });
  }

  /** `POST /auth/token`: grants `password` and `refresh_token`. */
  grant(form: URLSearchParams, authorization: string | undefined, issuer: string): Answer {
    const refused = refuseClient(form, authorization, this.#settings.login);
    if (refused !== undefined) return refused;
    const grantType = form.get('grant_type');
    if (grantType === 'password') {
      return this.#isAccessKey(form.get('username'), form.get('password'))
        ? this.#answer(issuer)
        : oauthError(400, 'invalid_grant', 'the access key is not valid');
    }
    if (grantType === 'refresh_token') {
      return this.#useUp(form.get('refresh_token') ?? '')
        ? this.#answer(issuer)
        : oauthError(400, 'invalid_grant', 'the refresh token is used, expired or unknown');
    }
    return oauthError(400, 'unsupported_grant_type', 'only password and refresh_token');
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

  /** Whether an Authorization header carries a token that is good now. */
  isGood(authorization: string | undefined): boolean {
    return (this.#access.get(bearerToken(authorization) ?? '') ?? 0) > this.#clock.now();
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
      icBUId: businessUnitId,
      iat: Math.floor(now / second),
      exp: Math.floor(until / second),
      jti: this.#issued,
    };
    const unsigned = unsignedToken(claims);
    const issued = {
      access_token: `${unsigned}.${sign(unsigned, seed)}`,
      refresh_token: sign(`refresh ${unsigned}`, seed),
    };
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

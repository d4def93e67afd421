import { createHmac, timingSafeEqual } from 'node:crypto';
import { json } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Settings } from './settings.ts';

type Login = Settings['login'];

/** OpenID Connect discovery 1.0, section 3; `own` is what only this profile says. */
export function discoveryDocument(issuer: string, login: Login, own: object): Answer {
  return json(200, {
    issuer,
    token_endpoint: `${issuer}/auth/token`,
    authorization_endpoint: `${issuer}/auth/authorize`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: login.clientAuth.map((way) => `client_secret_${way}`),
    ...own,
  });
}

/** An error of a token endpoint (RFC 6749, section 5.2). */
export function oauthError(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error, error_description: description }, headers);
}

/** 401 for a client that is not the tenant's, or that shows its secret in a way that is off; else undefined. */
export function refuseClient(
  form: URLSearchParams,
  authorization: string | undefined,
  login: Login,
): Answer | undefined {
  const { way, id, secret } = clientOf(form, authorization);
  const known = same(id, login.clientId) && same(secret, login.clientSecret);
  if (known && login.clientAuth.includes(way)) return undefined;
  const challenge: Record<string, string> =
    way === 'basic' ? { 'www-authenticate': 'Basic realm="cxone"' } : {};
  return oauthError(401, 'invalid_client', 'client authentication failed', challenge);
}

/** The token of an Authorization header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

/** Head and claims of a JWT, to be signed. */
export function unsignedToken(claims: object): string {
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
}

/** A signature that nobody without the seed can make. */
export function sign(text: string, seed: string): string {
  return createHmac('sha256', `token ${seed}`).update(text).digest('base64url');
}

/** Equal, without telling by its time how much of it is. */
export function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Who asks for a token, and in which way it shows its secret. */
function clientOf(
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

import { Secret } from '@cxvault/plugin-api';
import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { camelObject } from '../field-names.ts';
import { tenantOfToken } from './token-claims.ts';
import type { AccessToken } from './token-keeper.ts';

/** A token is renewed this part of its life before its end, at most {@link renewalMarginMs}. */
const renewalMarginPart = 0.1;
const renewalMarginMs = 60_000;

/**
 * The fields of a token endpoint's answer that are used, in OAuth's spelling; CXone may answer in camelCase and leave
 * out the type. `tenant_id` is ours: the id token itself goes no further, only its claim is of interest.
 */
export function tokenAnswer(json: JsonObject): JsonObject {
  const { accessToken, tokenType, expiresIn, scope, refreshToken, idToken } = camelObject(json);
  const tenant = tenantIn(accessToken) ?? tenantIn(idToken);
  return {
    ...(accessToken !== undefined && { access_token: accessToken }),
    token_type: tokenType ?? 'bearer',
    ...(expiresIn != null && { expires_in: expiresIn }),
    ...(typeof scope === 'string' && { scope }),
    ...(Array.isArray(scope) && { scope: scope.filter((name) => typeof name === 'string').join(' ') }),
    ...(typeof refreshToken === 'string' && refreshToken !== '' && { refresh_token: refreshToken }),
    ...(tenant !== undefined && { tenant_id: tenant }),
  };
}

function tenantIn(token: JsonValue | undefined): string | undefined {
  return typeof token === 'string' ? tenantOfToken(token) : undefined;
}

/** A {@link tokenAnswer} that was checked. */
export interface CheckedAnswer {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in?: number | undefined;
  readonly scope?: string | undefined;
  readonly tenant_id?: unknown;
}

/** The token of an answer to a request that was sent at `sentAt`, a time of the monotonic clock. */
export function issuedToken(answer: CheckedAnswer, sentAt: number): AccessToken {
  // Nothing is good for no time at all: such a life is as good as unknown.
  const lifeMs =
    answer.expires_in === undefined || answer.expires_in <= 0 ? undefined : answer.expires_in * 1000;
  const marginMs = Math.min(renewalMarginMs, (lifeMs ?? 0) * renewalMarginPart);
  return {
    value: new Secret(answer.access_token),
    renewAt: lifeMs === undefined ? undefined : sentAt + lifeMs - marginMs,
    scopes: answer.scope?.split(/[\s,]+/).filter((name) => name !== ''),
    tenant: typeof answer.tenant_id === 'string' ? answer.tenant_id : undefined,
  };
}

import { CxvaultError } from '@cxvault/plugin-api';
import type { JsonObject } from '@cxvault/plugin-api';
import { isJsonObject, parseJson } from '../json.ts';
import type { Answer } from './exchange.ts';
import { bodyText } from './body.ts';
import type { BodyLimits } from './body.ts';
import { failureOfResponse, invalidResponse, isTransientStatus, RequestFailure } from './request-failure.ts';
import { requestIdOf } from './request-id.ts';
import { retryAfterMs } from './retry-after.ts';

const maxLoginBytes = 1_048_576; // 1 MiB

/** What to do when the issuer says no: other settings stand behind each profile. */
export interface LoginHints {
  /** The address was wrong. */
  readonly place: string;
  /** The credentials were. */
  readonly credentials: string;
}

/**
 * Reads an answer of the issuer: its JSON object. Throws `RequestFailure` for what another
 * try may mend, and `LOGIN_REFUSED` for what it will not.
 */
export async function readLoginAnswer(
  answer: Answer,
  { limits, now, hints }: { readonly limits: BodyLimits; readonly now: number; readonly hints: LoginHints },
): Promise<JsonObject> {
  const text = await bodyText(answer, limits, maxLoginBytes);
  if (isTransientStatus(answer.status)) {
    const wait = retryAfterMs(answer.headers, now);
    throw new RequestFailure(failureOfResponse(answer), {
      transient: true,
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  }
  const json = readObject(text);
  if (answer.status < 200 || answer.status > 299) throw refused(answer, json, hints);
  if (json === undefined) throw invalidResponse(answer);
  return json;
}

function readObject(text: string): JsonObject | undefined {
  try {
    const json = parseJson(text);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function refused(answer: Answer, json: JsonObject | undefined, hints: LoginHints): CxvaultError {
  const code = json?.['error'];
  // Only OAuth's own error codes (RFC 6749, 5.2) are shown: anything longer may quote what was sent.
  const reason = typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
  const wrongPlace = answer.status === 404 || answer.status === 405 || answer.status < 400;
  return new CxvaultError('LOGIN_REFUSED', 'CXone refused the login', {
    context: { status: answer.status, reason, requestId: requestIdOf(answer.headers) },
    hint: wrongPlace ? hints.place : hints.credentials,
  });
}

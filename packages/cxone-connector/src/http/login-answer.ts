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

/**
 * Reads an answer of the issuer: its JSON object. Throws `RequestFailure` for what another
 * try may mend, and `LOGIN_REFUSED` for what it will not.
 */
export async function readLoginAnswer(answer: Answer, limits: BodyLimits, now: number): Promise<JsonObject> {
  const text = await bodyText(answer, limits, maxLoginBytes);
  if (isTransientStatus(answer.status)) {
    const wait = retryAfterMs(answer.headers, now);
    throw new RequestFailure(failureOfResponse(answer), {
      transient: true,
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  }
  const json = readObject(text);
  if (answer.status !== 200) throw refused(answer, json);
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

function refused(answer: Answer, json: JsonObject | undefined): CxvaultError {
  const code = json?.['error'];
  // Only OAuth's own error codes (RFC 6749, 5.2) are shown: anything longer may quote what was sent.
  const reason = typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
  const wrongPlace = answer.status === 404 || answer.status === 405 || answer.status < 400;
  return new CxvaultError('LOGIN_REFUSED', 'CXone refused the login', {
    context: { status: answer.status, reason, requestId: requestIdOf(answer.headers) },
    hint: wrongPlace
      ? 'check CXONE_API_BASE and CXONE_ISSUER, or name the token endpoint in CXONE_TOKEN_URL'
      : 'check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, and that the client is enabled in CXone',
  });
}

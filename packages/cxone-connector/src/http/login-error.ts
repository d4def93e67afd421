import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { LoginHints } from './login-answer.ts';
import { RequestFailure } from './request-failure.ts';

/**
 * The error that a failed login ends with. Those of openid-client are never passed on: they carry the issuer's answer,
 * token included.
 */
export function loginError(error: unknown, host: string, hints: LoginHints): CxvaultError {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (isCxvaultError(cause)) return cause;
    if (cause instanceof RequestFailure) return unreachable(cause, host);
  }
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new CxvaultError('SOURCE_RESPONSE_INVALID', 'the answer to the login cannot be understood', {
    context: { host, reason: code },
    hint: hints.place,
  });
}

function unreachable({ failure, networkCode }: RequestFailure, host: string): CxvaultError {
  const { status, requestId, reason } = failure;
  return new CxvaultError('SOURCE_UNREACHABLE', 'the login got no good answer', {
    context: { host, reason, status, networkCode, requestId },
    hint: 'check the address and the network, and try again later',
  });
}

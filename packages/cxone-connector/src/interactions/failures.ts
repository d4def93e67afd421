import { CxvaultError } from '@cxvault/plugin-api';
import type { ErrorCode } from '@cxvault/plugin-api';
import type { RequestFailure } from '../http/request-failure.ts';

/** The error of the whole source that a failed request of its list stands for. */
export function sourceError(
  failed: RequestFailure,
  what: string,
  host: string,
  ownHints: Hints = {},
): CxvaultError {
  const { failure, networkCode } = failed;
  const { reason, status, requestId } = failure;
  const code = codeOf(failed);
  return new CxvaultError(code, `${what} failed`, {
    context: { host, reason, status, networkCode, requestId },
    hint: ownHints[code] ?? hints[code],
  });
}

type Hints = Partial<Record<ErrorCode, string>>;

const hints: Hints = {
  SCOPE_MISSING: 'grant the client the scope interactions:read in CXone',
  LOGIN_REFUSED:
    'the API does not take the token: check that CXONE_API_BASE and the client belong to one tenant',
  SOURCE_REFUSED: 'check CXONE_API_BASE and the paths in the settings',
  SOURCE_RESPONSE_INVALID: 'check that CXONE_API_BASE names the API itself, and try again later',
  SOURCE_UNREACHABLE: 'check the address and the network, and try again later',
};

function codeOf({ failure, transient }: RequestFailure): ErrorCode {
  if (failure.reason === 'invalid-response') return 'SOURCE_RESPONSE_INVALID';
  if (transient) return 'SOURCE_UNREACHABLE';
  if (failure.status === 401) return 'LOGIN_REFUSED';
  return failure.status === 403 ? 'SCOPE_MISSING' : 'SOURCE_REFUSED';
}

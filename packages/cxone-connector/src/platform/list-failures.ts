import type { CxvaultError } from '@cxvault/plugin-api';
import type { RequestFailure } from '../http/request-failure.ts';
import { sourceError } from '../interactions/failures.ts';

/** The error of the whole source that a failed request for contacts stands for. */
export function listError(failed: RequestFailure, host: string): CxvaultError {
  return sourceError(failed, 'listing contacts', host, {
    SCOPE_MISSING:
      'give the role of the access key’s user the permission to read reporting data (Admin > Roles > Permissions > Reporting)',
    LOGIN_REFUSED:
      'the API does not take the token: check that CXONE_API_BASE, if it is set, is this tenant’s',
    SOURCE_REFUSED: 'check cxone.apiVersion, and CXONE_API_BASE if it is set',
  });
}

import { CxvaultError } from '@cxvault/plugin-api';
import type { JsonObject } from '@cxvault/plugin-api';
import { camelObject } from '../field-names.ts';
import { loginError } from '../http/login-error.ts';
import { loginJson } from '../http/login-request.ts';
import type { LoginSurroundings } from '../http/login-request.ts';
import { isAllowedUrl } from '../http/origin-guard.ts';
import { apiUrl } from '../interactions/paths.ts';

/** Where a tenant's APIs are. None ends in a slash: `apiUrl` puts a path behind it. */
export interface PlatformAddresses {
  /** Reporting and Admin: `{api}/incontactapi/services/v30.0`. */
  readonly acd: URL;
  /** media-playback and business-data-manager. */
  readonly api: URL;
  /** Digital: `{api}/dfo/3.0`, unless a setting says otherwise. */
  readonly dfo: URL;
}

/** The addresses that follow from the API's own. */
export function addressesOf(
  api: URL,
  { apiVersion, dfoBase }: { readonly apiVersion: string; readonly dfoBase: URL | undefined },
): PlatformAddresses {
  return {
    acd: apiUrl(api, `/incontactapi/services/v${apiVersion}.0`),
    api,
    dfo: dfoBase ?? apiUrl(api, '/dfo/3.0'),
  };
}

const hint = 'set CXONE_API_BASE to the address of the API, for example https://api-na1.niceincontact.com';
const hints = { place: `check CXONE_ISSUER, or ${hint}`, credentials: `check CXONE_ISSUER, or ${hint}` };

/** Asks the issuer, without a token, where the tenant's API is. Throws as a login does. */
export async function findApi(
  { issuer, tenant, allowPlainHttp }: { issuer: URL; tenant: string; allowPlainHttp: boolean },
  surroundings: LoginSurroundings,
  signal: AbortSignal | undefined,
): Promise<URL> {
  const url = apiUrl(issuer, '/.well-known/cxone-configuration');
  url.searchParams.set('tenantId', tenant);
  const headers = { accept: 'application/json' };
  try {
    const request = { method: 'GET', url, headers, ...(signal && { signal }) } as const;
    return endpointIn(await loginJson(surroundings, request, hints), allowPlainHttp, issuer);
  } catch (error) {
    signal?.throwIfAborted();
    throw loginError(error, issuer.host, hints);
  }
}

/** The bearer goes where this says: an address that could not be set by hand is not taken from here either. */
function endpointIn(configuration: JsonObject, allowPlainHttp: boolean, issuer: URL): URL {
  const { apiEndpoint } = camelObject(configuration);
  const url = typeof apiEndpoint === 'string' ? URL.parse(apiEndpoint) : null;
  if (
    url &&
    isAllowedUrl(url, allowPlainHttp) &&
    `${url.username}${url.password}${url.search}${url.hash}` === ''
  )
    return url;
  throw new CxvaultError('SOURCE_RESPONSE_INVALID', "the tenant's configuration names no usable API", {
    context: { host: issuer.host, field: 'api_endpoint' },
    hint,
  });
}

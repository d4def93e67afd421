import * as oauth from 'openid-client';
import { createLogin } from '../http/login.ts';
import type { Grant } from '../http/login.ts';
import type { LoginHints } from '../http/login-answer.ts';
import type { LoginSurroundings } from '../http/login-request.ts';
import type { Login } from '../http/token-keeper.ts';
import { createAccessKeyLogin } from './login-access-key.ts';
import type { AccessKey, PlatformSettings } from './settings.ts';

const accessKeyHint =
  'check CXONE_ACCESS_KEY_ID and CXONE_ACCESS_KEY_SECRET, and that the access key and its user are active in CXone';

const accessKeyHints: LoginHints = { place: 'check CXONE_TOKEN_URL', credentials: accessKeyHint };
const passwordHints: LoginHints = {
  place: 'check CXONE_ISSUER, or name the token endpoint in CXONE_TOKEN_URL',
  credentials: `${accessKeyHint}; and CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, as NICE issued them`,
};

/** Logs in with an access key. Sends nothing yet. */
export function platformLogin(settings: PlatformSettings, surroundings: LoginSurroundings): Login {
  const { issuer, accessKey, way } = settings;
  if (way.client === undefined)
    return createAccessKeyLogin(accessKey, way.tokenUrl, accessKeyHints, surroundings);
  return createLogin({ issuer, ...way, grant: passwordGrant(accessKey), hints: passwordHints }, surroundings);
}

/** NICE's back-end login: the access key takes the place of name and password. */
function passwordGrant({ id, secret }: AccessKey): Grant {
  return (configuration) =>
    oauth.genericGrantRequest(configuration, 'password', {
      username: id.reveal(),
      password: secret.reveal(),
    });
}

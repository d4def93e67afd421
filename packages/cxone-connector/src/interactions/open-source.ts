import type { InteractionSource, SourceContext } from '@cxvault/plugin-api';
import * as oauth from 'openid-client';
import { connect } from '../http/connection.ts';
import type { ConnectionOptions, Surroundings } from '../http/connection.ts';
import { createLogin } from '../http/login.ts';
import { neededScopes } from './check.ts';
import { readInteractionsSettings } from './settings.ts';
import type { InteractionsSettings } from './settings.ts';
import { InteractionsSource } from './source.ts';

/** Opens the profile `interactions`. Throws `CONFIG_INVALID`; sends nothing yet. */
export function openInteractions(context: SourceContext, surroundings: Surroundings): InteractionSource {
  const settings = readInteractionsSettings(context.settings, context.env);
  const connection = connect(connectionOptions(settings), context, surroundings);
  return new InteractionsSource(connection, settings);
}

const loginHints = {
  place: 'check CXONE_API_BASE and CXONE_ISSUER, or name the token endpoint in CXONE_TOKEN_URL',
  credentials: 'check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, and that the client is enabled in CXone',
};

function connectionOptions(settings: InteractionsSettings): ConnectionOptions {
  const { apiBase, issuer, tokenUrl, clientId, clientSecret } = settings;
  const login = {
    issuer,
    tokenUrl,
    client: { id: clientId, secret: clientSecret },
    grant: (configuration: oauth.Configuration) =>
      oauth.clientCredentialsGrant(configuration, { scope: neededScopes.join(' ') }),
    hints: loginHints,
  };
  return {
    ...settings,
    profile: 'interactions',
    issuer: (tokenUrl ?? issuer).origin,
    fallbackTenant: apiBase.hostname,
    apiOrigins: new Set([apiBase.origin]),
    login: (surroundings) => createLogin(login, surroundings),
  };
}

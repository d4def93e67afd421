import type { Secret } from '@cxvault/plugin-api';
import * as oauth from 'openid-client';

/** An application that is registered with CXone. */
export interface LoginClient {
  readonly id: Secret;
  readonly secret: Secret;
}

/** How to show the secret: as the server says; Basic, then in the body, where it does not. */
export function configurationsFor(
  client: LoginClient,
  server: oauth.ServerMetadata,
): [oauth.Configuration, oauth.Configuration?] {
  const configure = (auth: oauth.ClientAuth): oauth.Configuration => {
    const configuration = new oauth.Configuration(server, client.id.reveal(), undefined, auth);
    // Our own guard knows which plain http is allowed; openid-client's knows https only.
    oauth.allowInsecureRequests(configuration);
    return configuration;
  };
  const methods = server.token_endpoint_auth_methods_supported;
  const basic = configure(basicAuth(client.secret));
  const post = configure(oauth.ClientSecretPost(client.secret.reveal()));
  if (methods === undefined) return [basic, post];
  return methods.includes('client_secret_basic') ? [basic] : [post];
}

/**
 * Basic with the form encoding of RFC 6749, 2.3.1. openid-client's own escapes `-`, `_` and `.` too, which the
 * form encoding does not ask for, and servers that do not decode then refuse every id with a hyphen.
 */
function basicAuth(secret: Secret): oauth.ClientAuth {
  return (_, { client_id }, __, headers) => {
    const pair = `${formEncoded(client_id)}:${formEncoded(secret.reveal())}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice('v='.length);
}

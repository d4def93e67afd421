import { CxvaultError } from '@cxvault/plugin-api';
import type { ErrorCode } from '@cxvault/plugin-api';

import { errorCode, errorName } from './azure-errors.ts';

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const account = 'Azure portal: Storage account';

const container = `${account} > Containers > (the container)`;

const containerMissing: Explanation = {
  code: 'STORE_NOT_FOUND',
  message: 'the container does not exist',
  hint: `create it first (${account} > Containers > Add container), or correct its name or account in the archive address`,
};

const notLetIn: Explanation = {
  code: 'STORE_DENIED',
  message: 'the storage account does not accept the key or SAS token',
  hint:
    `${account} > Security + networking > Access keys, or Shared access signature: was the key rotated, has the ` +
    'token expired, does this machine have the right time?',
};

const noIdentity: Explanation = {
  code: 'STORE_DENIED',
  message: 'there is no login for Azure',
  hint:
    'set AZURE_STORAGE_CONNECTION_STRING (its account must be that of the archive address), or sign in with ' +
    'az login, or give the machine an identity (Azure portal: Virtual machine > Security > Identity)',
};

/** What to do about an error, in the words of the Azure portal, by Azure's code or the error's name. */
const explanations: Readonly<Record<string, Explanation>> = {
  ContainerNotFound: containerMissing,
  ContainerBeingDeleted: containerMissing,
  ContainerDisabled: containerMissing,
  AuthenticationFailed: notLetIn,
  InvalidAuthenticationInfo: notLetIn,
  NoAuthenticationInformation: notLetIn,
  AuthorizationPermissionMismatch: {
    code: 'STORE_DENIED',
    message: 'the login has not the right for this',
    hint:
      `${container} > Access Control (IAM) > Add role assignment > Storage Blob Data Contributor (Owner to lock ` +
      'blobs); a SAS token needs the permissions Read, Add, Create, Write, Delete and List',
  },
  AuthorizationFailure: {
    code: 'STORE_DENIED',
    message: 'the storage account does not let this request in',
    hint:
      `${account} > Security + networking > Networking: let in the network of this machine; a SAS token needs the ` +
      'permissions Read, Add, Create, Write, Delete and List, and may be bound to IP addresses',
  },
  KeyBasedAuthenticationNotPermitted: {
    code: 'STORE_DENIED',
    message: 'the storage account takes no account keys',
    hint: `${account} > Settings > Configuration > Allow storage account key access; or unset the key and use an identity`,
  },
  AccountIsDisabled: {
    code: 'STORE_DENIED',
    message: 'the storage account is disabled',
    hint: `${account} > Overview tells why`,
  },
  CredentialUnavailableError: noIdentity,
  AggregateAuthenticationError: noIdentity,
  AuthenticationError: noIdentity,
  AuthenticationRequiredError: noIdentity,
  BlobArchived: {
    code: 'STORE_REFUSED',
    message: 'the object lies in the access tier Archive and cannot be read',
    hint: `${container} > (the blob) > Change tier > Hot, Cool or Cold; that takes hours. Keep archives out of that tier`,
  },
  BlobBeingRehydrated: {
    code: 'STORE_REFUSED',
    message: 'the object is on its way out of the access tier Archive',
    hint: `wait until ${container} > (the blob) > Overview shows another tier`,
  },
  BlobImmutableDueToPolicy: {
    code: 'STORE_DENIED',
    message: 'the object can be neither removed nor replaced: it is retained, or a legal hold is on it',
    hint: `${container} > (the blob) > Access policy says until when; the container may have a policy of its own`,
  },
};

const wrongScope: Explanation = {
  code: 'STORE_REFUSED',
  message: 'the container or the account does not know, or does not allow, this encryption scope',
  hint: `${account} > Security + networking > Encryption > Encryption scopes; and the default of ${container} > Properties`,
};

/** The error in the project's words where there is more to say than Azure says; else the error itself. */
export function explained(error: unknown, where: { readonly container: string }): unknown {
  const name = errorCode(error) || errorName(error);
  const explanation = /Encryption(Scope|Policy)/.test(name) ? wrongScope : explanations[name];
  if (explanation === undefined) return error;
  const { code, message, hint } = explanation;
  return new CxvaultError(code, message, {
    context: { container: where.container, reason: name },
    hint,
    cause: error,
  });
}

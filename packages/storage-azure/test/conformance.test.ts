import { afterAll, beforeAll } from '@jest/globals';

import { describeStore, flipBits } from '@cxvault/storage-testkit';

import { openAzure } from '../src/factory.ts';
import { account, startAzurite } from './azurite.ts';
import type { Azurite } from './azurite.ts';

let server: Azurite;
let proxy: Awaited<ReturnType<typeof flipBits>>;

beforeAll(async () => {
  server = await startAzurite();
  await server.createContainer();
  proxy = await flipBits(new URL(server.endpoint));
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

describeStore('AzureStore on Azurite', {
  make: async () => {
    const env = { AZURE_STORAGE_CONNECTION_STRING: server.connectionString };
    const url = server.newArchive();
    const around = new URL(url);
    around.searchParams.set('endpoint', `${proxy.endpoint}/${account}`);
    return {
      store: await openAzure(url, { env }, { pageSize: 40 }),
      disturbed: await openAzure(around, { env }),
      another: await openAzure(url, { env }),
    };
  },
  absent: {
    byteOrder: 'Azurite lists by UTF-16 units',
    retention: 'Azurite takes immutability policies and ignores them',
    unfinished: 'Azure has no way to drop blocks that no blob has; it does so itself after a week',
  },
  pageSize: 40,
  errors: [
    { error: azureError('BlobNotFound', 404), kind: 'not-found' },
    { error: headError('BlobNotFound', 404), kind: 'not-found' },
    { error: azureError('BlobAlreadyExists', 409), kind: 'exists' },
    { error: azureError('ConditionNotMet', 412), kind: 'exists' },
    { error: azureError('AuthenticationFailed', 403), kind: 'denied' },
    { error: azureError('AuthorizationFailure', 403), kind: 'denied' },
    { error: azureError('NoAuthenticationInformation', 401), kind: 'denied' },
    { error: azureError('InvalidAuthenticationInfo', 400), kind: 'denied' },
    { error: azureError('BlobImmutableDueToPolicy', 409), kind: 'denied' },
    { error: azureError('ServerBusy', 503), kind: 'throttled' },
    { error: azureError('TooManyRequests', 429), kind: 'throttled' },
    { error: azureError('OperationTimedOut', 500), kind: 'transient' },
    { error: azureError('InternalError', 500), kind: 'transient' },
    { error: azureError('', 502), kind: 'transient' },
    { error: azureError('Md5Mismatch', 400), kind: 'transient' },
    { error: azureError('InvalidBlockList', 400), kind: 'transient' },
    // A container that is missing, or a lease, says nothing about whether there is an object.
    { error: azureError('ContainerNotFound', 404), kind: 'permanent' },
    { error: azureError('ContainerBeingDeleted', 409), kind: 'permanent' },
    { error: azureError('LeaseIdMissing', 412), kind: 'permanent' },
    { error: azureError('BlobArchived', 409), kind: 'permanent' },
    { error: azureError('', 404), kind: 'permanent' },
    { error: azureError('InvalidHeaderValue', 400), kind: 'permanent' },
    { error: azureError('REQUEST_SEND_ERROR'), kind: 'transient' },
    { error: azureError('ECONNRESET'), kind: 'transient' },
    { error: azureError('ENOTFOUND'), kind: 'transient' },
    { error: named('CredentialUnavailableError'), kind: 'denied' },
    { error: named('AggregateAuthenticationError'), kind: 'denied' },
    { error: named('IncompleteBody'), kind: 'transient' },
    { error: named('AbortError'), kind: 'permanent' },
  ],
});

/** Shaped like the SDK's `RestError`. */
function azureError(code: string, statusCode?: number): Error {
  return Object.assign(new Error(code), { name: 'RestError', ...(code && { code }), statusCode });
}

/** The answer to HEAD has no body: its code stands in a header. */
function headError(errorCode: string, statusCode: number): Error {
  return Object.assign(new Error(''), { name: 'RestError', details: { errorCode }, statusCode });
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf } from '@cxvault/storage-testkit';

import { openGcs } from '../src/factory.ts';

/** Where the SDK looks by itself. */
const names = ['GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG', 'METADATA_SERVER_DETECTION'];
const before = names.map((name) => [name, process.env[name]] as const);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-gcs-'));
  setEnvironment([
    ['GOOGLE_APPLICATION_CREDENTIALS', undefined],
    // Turned away from this machine's own logins.
    ['CLOUDSDK_CONFIG', folder],
    ['METADATA_SERVER_DETECTION', 'none'],
  ]);
});

afterEach(async () => {
  setEnvironment(before);
  await rm(folder, { recursive: true });
});

function setEnvironment(values: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of values) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** How a store fails that has this as its credentials file. */
async function failureWith(content: string | undefined): Promise<{ error: unknown; kind: string }> {
  const file = join(folder, 'credentials.json');
  if (content !== undefined) await writeFile(file, content);
  setEnvironment([['GOOGLE_APPLICATION_CREDENTIALS', file]]);
  const store = await openGcs(new URL('gs://archives/prefix'), { env: {} });
  const error = await errorOf(() => store.stat('cxvault.json'));
  const kind = store.classify(error);
  await store.close();
  return { error, kind };
}

describe('a login', () => {
  it('that is not there is told of, with what to do', async () => {
    const store = await openGcs(new URL('gs://archives/prefix'), { env: {} });
    const error = await errorOf(() => store.stat('cxvault.json'));
    expect(error).toMatchObject({
      code: 'STORE_DENIED',
      message: expect.stringContaining('there is no login for Google Cloud') as unknown,
      hint: expect.stringContaining('gcloud auth application-default login') as unknown,
    });
    expect(store.classify(error)).toBe('denied');
    await store.close();
  });

  it.each([
    ['a file that is not there', undefined],
    ['a file that is no JSON', 'top-secret, but no JSON'],
    ['a file that is cut', '{"type": "service_account", "private_key": "top-secret'],
    ['a file of nothing', '{}'],
    [
      'a key that is none',
      JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'top-secret' }),
    ],
  ])('by %s is told of, and shows nothing of it', async (_name, content) => {
    const { error, kind } = await failureWith(content);
    expect(error).toMatchObject({ code: 'STORE_DENIED' });
    expect(kind).toBe('denied');
    expect(inspect(error, { depth: 6, showHidden: true })).not.toContain('top-secret');
  });

  describe('by a service for tokens', () => {
    let server: Server;
    let answer: { readonly status: number; readonly body: unknown };

    beforeEach(async () => {
      server = createServer((message, response) => {
        message.resume();
        message.on('end', () => {
          response.writeHead(answer.status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(answer.body));
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });

    afterEach(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });

    async function failure(): Promise<{ error: unknown; kind: string }> {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const subject = join(folder, 'subject');
      await writeFile(subject, 'top-secret');
      const identity = {
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `http://127.0.0.1:${address.port}/token`,
        credential_source: { file: subject },
      };
      return failureWith(JSON.stringify(identity));
    }

    it('that refuses is denied', async () => {
      answer = { status: 400, body: { error: 'invalid_grant', error_description: 'the token is too old' } };
      const { error, kind } = await failure();
      expect(error).toMatchObject({ code: 'STORE_DENIED' });
      expect(String(error)).toContain('the token is too old');
      expect(kind).toBe('denied');
      expect(inspect(error, { depth: 6, showHidden: true })).not.toContain('top-secret');
    });

    it('that is overloaded may be tried again', async () => {
      answer = { status: 503, body: { error: 'unavailable' } };
      expect((await failure()).kind).toBe('throttled');
    });
  });
});

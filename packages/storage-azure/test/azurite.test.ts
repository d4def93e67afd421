import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';
import {
  ContainerClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

import { openAzure } from '../src/factory.ts';
import { account, accountKey, container, startAzurite } from './azurite.ts';
import type { Azurite } from './azurite.ts';

let server: Azurite;
let env: { AZURE_STORAGE_CONNECTION_STRING: string };

beforeAll(async () => {
  server = await startAzurite();
  await server.createContainer();
  env = { AZURE_STORAGE_CONNECTION_STRING: server.connectionString };
});

afterAll(() => server.stop());

describe('Azurite', () => {
  it.each(['rwdacl', 'r'])('takes a SAS token, with the rights %s', async (rights) => {
    const token = generateBlobSASQueryParameters(
      {
        containerName: container,
        permissions: ContainerSASPermissions.parse(rights),
        expiresOn: new Date(Date.now() + 3_600_000),
      },
      new StorageSharedKeyCredential(account, accountKey),
    );
    const url = server.newArchive({ account, endpoint: server.endpoint });
    const store = await openAzure(url, { env: { AZURE_STORAGE_SAS_TOKEN: `?${token.toString()}` } });
    const put = () => store.put('data/object', randomBody(10), { ifAbsent: true });
    if (rights === 'r') {
      const error = await errorOf(put);
      expect(store.classify(error)).toBe('denied');
      expect(error).toMatchObject({ hint: expect.stringContaining('SAS token') });
    } else expect(await put()).toMatchObject({ size: 10 });
    expect((await store.stat('data/object'))?.size).toBe(rights === 'r' ? undefined : 10);
    await store.close();
  });

  it('takes the account key, and no other', async () => {
    const url = server.newArchive({ account, endpoint: server.endpoint });
    const store = await openAzure(url, { env: { AZURE_STORAGE_KEY: accountKey } });
    await store.put('a', randomBody(5));
    await store.close();
    const wrong = await openAzure(url, {
      env: { AZURE_STORAGE_KEY: Buffer.from('wrong').toString('base64') },
    });
    for (const call of [() => wrong.stat('a'), () => wrong.get('a'), () => wrong.put('a', randomBody(5))]) {
      const error = await errorOf(call);
      expect(wrong.classify(error)).toBe('denied');
      expect(error).toMatchObject({ code: 'STORE_DENIED' });
    }
    await wrong.close();
  });

  it('knows no container that nobody made', async () => {
    const store = await openAzure(new URL('az://no-such-container/p'), { env });
    const error = await errorOf(() => store.stat('cxvault.json'));
    expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { container: 'no-such-container' } });
    expect(store.classify(error)).not.toBe('not-found');
    await store.close();
  });

  it('keeps the MD5 of what was written in one piece', async () => {
    const store = await openAzure(server.newArchive(), { env });
    const body = randomBody(1000);
    const put = await store.put('data/object', body);
    expect(put.checksum).toEqual({ kind: 'md5', base64: createHash('md5').update(body).digest('base64') });
    expect((await store.stat('data/object'))?.checksum).toEqual(put.checksum);
    expect((await Array.fromAsync(store.list('')))[0]?.checksum).toEqual(put.checksum);
    await store.close();
  });

  it('gets what a source gives, though the source uses its buffer again and then lets go of it', async () => {
    const store = await openAzure(server.newArchive(), { env });
    const given = createHash('sha256');
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.from(new ArrayBuffer(65_536));
      for (let n = 0; n < 200; n++) {
        given.update(buffer.fill(n));
        yield buffer;
      }
      buffer.buffer.transfer(0);
    }
    await store.put('data/reused', reusing());
    const stored = createHash('sha256');
    for await (const chunk of await store.get('data/reused')) stored.update(chunk);
    expect(stored.digest('hex')).toBe(given.digest('hex'));
    await store.close();
  });

  it('shows no blob of blocks that nobody committed', async () => {
    const url = server.newArchive();
    const name = `${url.pathname.slice(1)}/data/half`;
    const client = new ContainerClient(server.connectionString, container).getBlockBlobClient(name);
    await client.stageBlock(Buffer.alloc(20).toString('base64'), 'half', 4);
    const store = await openAzure(url, { env });
    expect(await store.stat('data/half')).toBeUndefined();
    expect(store.classify(await errorOf(() => store.get('data/half')))).toBe('not-found');
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    await store.put('data/half', inParts(randomBody(6_000_000)), { ifAbsent: true });
    await store.remove('data/half');
    await store.close();
  });

  it('lists names by their bytes, but for the rarest', async () => {
    const store = await openAzure(server.newArchive(), { env }, { pageSize: 3 });
    const keys = ['a /b', 'a-b', 'a.b', 'a/b-c', 'a/b/c', 'a/b0', 'a/z', 'a/é', 'a0', 'ab', 'é/x', '\uffee'];
    for (const key of keys) await store.put(key, randomBody(1));
    const listed = async (startAfter: string) =>
      (await Array.fromAsync(store.list('a', { startAfter }))).map(({ key }) => key);
    const expected = keys.filter((key) => key.startsWith('a'));
    expect(await listed('')).toEqual(expected);
    for (const [at, key] of expected.entries()) expect(await listed(key)).toEqual(expected.slice(at + 1));
    expect(await listed('a/b')).toEqual(expected.slice(3));
    await store.close();
  });

  it('may have been looked at with a console, which makes folders', async () => {
    const url = server.newArchive();
    const client = new ContainerClient(server.connectionString, container);
    for (const name of ['', 'data/']) {
      await client.getBlockBlobClient(`${url.pathname.slice(1)}/${name}`).upload('', 0);
    }
    const store = await openAzure(url, { env });
    await store.put('data/object', randomBody(1));
    expect((await Array.fromAsync(store.list(''))).map(({ key }) => key)).toEqual(['data/object']);
    await store.close();
  });

  it('passes over the directories that a hierarchical namespace lists', async () => {
    const url = server.newArchive();
    const client = new ContainerClient(server.connectionString, container);
    for (const name of ['data', 'data/2026']) {
      const folder = client.getBlockBlobClient(`${url.pathname.slice(1)}/${name}`);
      await folder.upload('', 0, { metadata: { hdi_isfolder: 'true' } });
    }
    const store = await openAzure(url, { env });
    await store.put('data/2026/object', randomBody(1));
    expect((await Array.fromAsync(store.list(''))).map(({ key }) => key)).toEqual(['data/2026/object']);
    await store.close();
  });

  // The very case that must be found out by reading back.
  it('takes a retention and ignores it', async () => {
    const store = await openAzure(server.newArchive(), { env });
    expect(await store.retentionProblem?.()).toBe('the container archives has no version-level immutability');
    const retention = { mode: 'compliance', until: new Date(Date.now() + 3_600_000) } as const;
    for (const body of [() => randomBody(10), () => inParts(randomBody(6_000_000))]) {
      await store.put('data/a', body(), { retention });
      expect(await store.stat('data/a')).not.toHaveProperty('retention');
    }
    await store.remove('data/a');
    await store.close();
  });

  it('takes an encryption scope and ignores it, which is refused, and leaves no object', async () => {
    const store = await openAzure(server.newArchive({ encryptionScope: 'scope-1' }), { env });
    for (const body of [() => randomBody(10), () => inParts(randomBody(6_000_000))]) {
      expect(await errorOf(() => store.put('data/b', body()))).toMatchObject({
        message: expect.stringContaining('took the object, but not its encryption scope'),
      });
    }
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    await store.close();
  });
});

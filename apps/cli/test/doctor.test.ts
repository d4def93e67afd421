import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, withRetry } from '@cxvault/core';
import { startPlatformSimulator, startSimulator } from '@cxvault/cxone-simulator';
import type { CapabilityCheck, InteractionSource, ObjectStore } from '@cxvault/plugin-api';
import { fileStorage } from '@cxvault/storage-fs';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { checkSource } from '../src/work/doctor-source.ts';
import { checkRetention, checkStore } from '../src/work/doctor-store.ts';
import type { DoctorCheck } from '../src/work/doctor-checks.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
let folder: string;
beforeAll(async () => {
  desk = await Desk.open();
  folder = await mkdtemp(join(tmpdir(), 'cxvault-doctor-'));
});
afterAll(async () => {
  await desk.close();
  await rm(folder, { recursive: true });
});

/** A folder as store that refuses some calls, as a cloud does where a right is missing. */
async function storeWithout(...refused: ('list' | 'put' | 'get' | 'remove')[]): Promise<ObjectStore> {
  const real = await fileStorage.open(pathToFileURL(`${folder}/`), { settings: undefined, env: {} });
  const refuse = (): never => {
    throw Object.assign(new Error('Access Denied'), { code: 'EACCES' });
  };
  const store = new Proxy(real, {
    get(target, name) {
      if (refused.some((call) => call === name)) return refuse;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return withRetry(store, { clock: systemClock, log: () => {} });
}

describe('the store', () => {
  it('is tried whole, and nothing stays behind', async () => {
    expect(await checkStore(await storeWithout(), 's3')).toMatchObject({ state: 'ok', exit: 0 });
    expect(await readdir(join(folder, 'locks')).catch(() => [])).toEqual([]);
  });

  it('is asked whether it can retain what is archived, and nothing is written for that', async () => {
    expect(await checkRetention(await storeWithout(), '7y')).toMatchObject({
      name: 'retention',
      state: 'failed',
      exit: 2,
      hint: expect.stringContaining('Object Lock'),
    });
    const memory = new MemoryStore();
    expect(await checkRetention(memory, '7y')).toMatchObject({ state: 'ok', exit: 0 });
    expect(await Array.fromAsync(memory.list(''))).toEqual([]);
  });

  it('is believed after the first write: only then it knows that it cannot create once', async () => {
    const real = await storeWithout();
    let written = false;
    const store: ObjectStore = {
      capabilities: {
        ...real.capabilities,
        get createIfAbsent() {
          return !written;
        },
      },
      put: (key, body, options) => {
        written = true;
        return real.put(key, body, options);
      },
      get: (key, options) => real.get(key, options),
      stat: (key, options) => real.stat(key, options),
      list: (prefix, options) => real.list(prefix, options),
      remove: (key, options) => real.remove(key, options),
      classify: (error) => real.classify(error),
      close: () => real.close(),
    };
    const outcome = await checkStore(store, 's3');
    expect(outcome).toMatchObject({ state: 'warning', exit: 0 });
    expect(outcome.detail).toContain('cannot create an object only if it is absent');
  });

  it('names every right that is missing, in the words of the console', async () => {
    const some = await checkStore(await storeWithout('list', 'get', 'remove'), 's3');
    expect(some).toMatchObject({ state: 'failed', exit: 20 });
    expect(some.detail).toMatch(/^list, read, remove failed: the store refused access/);
    expect(some.hint).toMatch(
      /AWS console: IAM .*allow s3:ListBucket on the bucket, s3:GetObject, s3:DeleteObject \(and s3:DeleteObjectVersion .*\)$/,
    );
    const write = await checkStore(await storeWithout('put'), 'az');
    expect(write.detail).toMatch(/^write failed/);
    expect(write.hint).toMatch(/Azure portal: .*Access Control \(IAM\).*blobs\/write$/);
    expect((await checkStore(await storeWithout('remove'), 'gs')).hint).toMatch(
      /Google Cloud console.*objects\.delete$/,
    );
    expect((await checkStore(await storeWithout('put'), 'tape')).hint).toMatch(
      /rights to read, write and list/,
    );
  });
});

describe('a platform', () => {
  const identity = { system: 'cxone', profile: 'platform', tenant: 'acme' };

  /** A source of which only the check matters. */
  function sourceOf(...checks: CapabilityCheck[]): { source: InteractionSource; asked: unknown[] } {
    const asked: unknown[] = [];
    const unused = (): never => {
      throw new Error('only the check is used');
    };
    const source: InteractionSource = {
      lanes: ['start', 'update'],
      check: (options) => {
        asked.push(options);
        return Promise.resolve({ identity, checks, clock: { api: 0, ours: 0 } });
      },
      now: unused,
      list: unused,
      fetch: unused,
      openMedia: unused,
      mark: unused,
      callCounts: unused,
      close: unused,
    };
    return { source, asked };
  }

  it('is asked for each of its capabilities, and its hints stand as they are', async () => {
    const denied = { state: 'missing', detail: 'denied', hint: 'give the role: Some > Permission' } as const;
    const { source, asked } = sourceOf(
      { name: 'login', state: 'ok', detail: 'logged in' },
      { name: 'list', ...denied },
      { name: 'chat-transcript', ...denied },
      { name: 'media-playback', ...denied },
      { name: 'business-data', state: 'unknown', detail: 'shows later' },
    );
    const outcomes = await checkSource(source);
    expect(asked).toEqual([{ capabilities: true }]);
    expect(outcomes.map(({ name, state, exit, hint }) => [name, state, exit, hint])).toEqual([
      ['login', 'ok', 0, undefined],
      ['list', 'failed', 20, denied.hint],
      ['chat-transcript', 'warning', 0, denied.hint],
      ['media-playback', 'failed', 20, denied.hint],
      ['business-data', 'warning', 0, undefined],
      ['clock', 'ok', 0, undefined],
    ]);
  });
});

describe('doctor', () => {
  const locked = ['--archive', 'archive', '--key-file', 'key'];

  async function checksOf(
    env: Record<string, string>,
    ...args: string[]
  ): Promise<Record<string, DoctorCheck>> {
    const { document } = await desk.json(['doctor', ...args], env);
    const { checks } = document as { checks: DoctorCheck[] };
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  }

  it('says where in CXone a scope is granted and the marker is made', async () => {
    const clientSecret = desk.secret('s3cret-of-the-client');
    const simulator = await startSimulator({
      login: {
        clientSecret,
        grantedScopes: ['interactions:read', 'customfields:write'],
      },
    });
    try {
      const env = { ...desk.sourceAt(simulator.url, clientSecret), CXONE_ARCHIVAL_FIELD_ID: '' };
      const checks = await checksOf(env, ...locked);
      expect(checks['scopes']?.hint).toMatch(
        /^grant the client recordings:read in CXone; .*Roles & Permissions: Search & Playback > Player > Play\/download recordings: Play Any$/,
      );
      expect(checks['marker']).toMatchObject({ state: 'warning' });
      expect(checks['marker']?.hint).toMatch(/CXone Admin, create a custom field of type string/);
      const refused = await checksOf(
        { ...env, CXONE_CLIENT_SECRET: desk.secret('not-the-s3cret') },
        ...locked,
      );
      expect(refused['login']?.hint).toMatch(/CXone Application Registration/);
    } finally {
      await simulator.close();
    }
  });

  it('names the role permission behind each API of the platform that is denied', async () => {
    const simulator = await startPlatformSimulator({
      faults: { deniedCapabilities: ['playback', 'chat-transcript'] },
    });
    try {
      const env = {
        CXONE_ISSUER: simulator.url,
        CXONE_ACCESS_KEY_ID: 'demo-access-key',
        CXONE_ACCESS_KEY_SECRET: desk.secret('demo-access-secret'),
      };
      const client = { CXONE_CLIENT_ID: 'demo-client', CXONE_CLIENT_SECRET: desk.secret('demo-secret') };
      const budgets = { acd: { limit: 0 }, 'media-playback': { limit: 0 } }; // nothing to wait for
      await writeFile(
        desk.path('platform.json'),
        JSON.stringify({ cxone: { profile: 'platform', budgets } }),
      );
      const platform = [...locked, '--config', 'platform.json'];
      const checks = await checksOf({ ...env, ...client }, ...platform);
      expect(checks['list']).toMatchObject({ state: 'ok' });
      expect(checks['media-playback']).toMatchObject({ state: 'failed' });
      expect(checks['media-playback']?.hint).toMatch(
        /Roles & Permissions.*: Search & Playback > Player > Play\/download recordings: Play Any$/,
      );
      expect(checks['chat-transcript']).toMatchObject({ state: 'warning' });
      const older = { CXONE_TOKEN_URL: `${simulator.url}/authentication/v1/token/access-key` };
      expect((await checksOf({ ...env, ...older }, ...platform))['list']).toMatchObject({ state: 'ok' });
      const { login } = await checksOf({ ...env, ...client, CXONE_ACCESS_KEY_SECRET: 'not-it' }, ...platform);
      expect(login?.hint).toMatch(/^check CXONE_ACCESS_KEY_ID and CXONE_ACCESS_KEY_SECRET/);
    } finally {
      await simulator.close();
    }
  });

  it('warns of a single key slot, and of a copy of keys/ that nobody knows of', async () => {
    await writeFile(desk.path('key'), new Uint8Array(32).fill(5));
    await desk.run(['init', ...locked]);
    const one = await checksOf({}, ...locked);
    expect(one['key slots']).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining('cxvault key add') as unknown,
    });
    expect(one['key copy']?.hint).toContain('cxvault key export');
    await writeFile(desk.path('password'), 'a second way in\n');
    const both = ['--archive', 'two', '--key-file', 'key', '--password-file', 'password'];
    await desk.run(['init', ...both]);
    expect((await checksOf({}, ...both))['key slots']).toMatchObject({ state: 'ok' });
  });
});

import { writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Desk } from '../apps/cli/test/cli-process.ts';
import { RawClient } from '../packages/storage-s3/test/raw-client.ts';
import { type S3Server, startS3Server } from '../tools/servers/s3-server.ts';
import { expectCode, openTenantDesk, type Report, succeed } from './support/tenant-desk.ts';

const tenant = {
  population: { interactions: 25 },
  media: { kind: 'wav', perInteraction: 1, bytes: [20_000, 40_000] },
} as const;

let server: S3Server;
let raw: RawClient;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startS3Server();
  raw = new RawClient(server);
}, 900_000);

// Each starts a dozen processes.
const timeout = 120_000; // milliseconds

afterAll(async () => {
  raw[Symbol.dispose]();
  await server.stop();
});

async function useBucket(desk: Desk, bucket: string, keeps: 'versions' | 'locks'): Promise<void> {
  await raw.createBucket(bucket, keeps);
  const url = server.archive('archive');
  url.hostname = bucket;
  Object.assign(desk.env, server.env, { CXVAULT_ARCHIVE: url.href });
  await succeed(desk, ['init']);
}

async function namesIn(bucket: string): Promise<string[]> {
  return (await raw.versions(bucket)).map(({ name }) => name);
}

describe('run --retain', () => {
  it(
    'makes an archive that nobody can take anything from, version by version',
    async () => {
      await using place = await openTenantDesk(tenant);
      const { desk } = place;
      await useBucket(desk, 'retained', 'locks');
      const report = await succeed<Report>(desk, ['run', '--no-mark', '--retain', '7y']);
      expect(report).toMatchObject({ successful_archives: 25, media: { archived: 25 } });
      const archived = (await raw.versions('retained')).filter(({ name }) =>
        /^archive\/(data|runs)\//.test(name),
      );
      expect(archived.length).toBeGreaterThan(26);
      for (const version of archived)
        await expect(raw.removeVersion('retained', version)).rejects.toThrow(/locked|lock|WORM/i);
      expect(await succeed(desk, ['prune', '--yes', '--records'])).toMatchObject({ removed: { objects: 0 } });
      expect(await succeed(desk, ['verify'])).toMatchObject({
        ok: true,
        records: { checked: 25 },
        media: { checked: 25 },
      });
      // Locks come and go as ever, keys too; the next run goes on, and no version of anything stays behind.
      await succeed(desk, ['run', '--no-mark', '--retain', '7y']);
      await succeed(desk, ['key', 'rotate']);
      expect((await raw.versions('retained')).filter(({ marker }) => marker)).toEqual([]);
      expect((await namesIn('retained')).filter((name) => name.includes('/locks/run/'))).toEqual([]);
      const names = await namesIn('retained');
      expect(new Set(names).size).toBe(names.length);
    },
    timeout,
  );

  it(
    'locks a copy, too, when replicate is told to',
    async () => {
      await using place = await openTenantDesk(tenant);
      const { desk } = place;
      await succeed(desk, ['init']);
      await succeed(desk, ['run', '--no-mark']);
      await raw.createBucket('copied', 'locks');
      const to = server.archive('copy');
      to.hostname = 'copied';
      Object.assign(desk.env, server.env);
      const copy = ['replicate', '--from', './archive', '--retain', '7y', '--to'];
      await expectCode(desk, [...copy, './copy'], 2);
      expect(await succeed(desk, [...copy, to.href])).toMatchObject({ ok: true, created: true });
      const copied = (await raw.versions('copied')).filter(({ name }) => /^copy\/(data|runs)\//.test(name));
      expect(copied.length).toBeGreaterThan(26);
      for (const version of copied)
        await expect(raw.removeVersion('copied', version)).rejects.toThrow(/locked|lock|WORM/i);
      expect(await succeed(desk, ['verify', '--archive', to.href])).toMatchObject({ ok: true });
      expect(await succeed(desk, [...copy, to.href])).toMatchObject({ objects: { copied: 0 } });
    },
    timeout,
  );

  it(
    'refuses a bucket without Object Lock before anything is started; doctor says so, too',
    async () => {
      await using place = await openTenantDesk(tenant);
      const { desk } = place;
      await useBucket(desk, 'unlocked', 'versions');
      const before = await namesIn('unlocked');
      const { document } = await expectCode(desk, ['run', '--retain', '1h'], 2);
      expect(document).toMatchObject({
        error: { code: 'CONFIG_INVALID', message: expect.stringContaining('the bucket has no Object Lock') },
      });
      expect(await namesIn('unlocked')).toEqual(before);
      await writeFile(desk.path('retain.json'), '{"run": {"retain": "1h"}}');
      const checks = await expectCode(desk, ['doctor', '--config', 'retain.json'], 2);
      expect(checks.document).toMatchObject({
        checks: expect.arrayContaining([expect.objectContaining({ name: 'retention', state: 'failed' })]),
      });
      // Without it, versions are no hindrance, and none stays.
      expect(await succeed<Report>(desk, ['run'])).toMatchObject({ successful_archives: 25 });
      const names = await namesIn('unlocked');
      expect(names.filter((name) => name.includes('/locks/'))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    },
    timeout,
  );
});

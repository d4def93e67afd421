import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

import { describe, expect, it, jest } from '@jest/globals';

import { contentOf, linkPlugins, losingHalfWay, type SeveralReport } from './support/copies.ts';
import { openTenantDesk, succeed, type TenantDesk } from './support/tenant-desk.ts';
import type { Desk } from '../apps/cli/test/cli-process.ts';
import { startAzurite } from '../packages/storage-azure/test/azurite.ts';
import { env as s3Env, startFakeS3 } from '../packages/storage-s3/test/fauxqs.ts';

jest.setTimeout(180_000);

const interactions = 60;
const two = ['--archive', './a', '--archive', './b'];
const unmarked = [...two, '--no-mark'];

const openDesk = (seed: string): ReturnType<typeof openTenantDesk> => {
  marksAreFresh = false;
  return openTenantDesk({
    seed,
    population: { interactions, newestAgeMs: 3_600_000 },
    media: { kind: 'mixed', bytes: [2_000, 50_000] },
  });
};

/** When marks were just sent, the next run waits until they can be trusted, or finds that a minute has passed. */
let marksAreFresh = false;

async function run({ desk, tenant }: TenantDesk, args: readonly string[] = two): Promise<SeveralReport> {
  if (marksAreFresh) tenant.advance(61_000);
  const report = await succeed<SeveralReport>(desk, ['run', ...args]);
  marksAreFresh = report.marks.sent > 0;
  return report;
}

const replicate = (desk: Desk, from: string, to: string): Promise<{ ok: boolean }> =>
  succeed(desk, ['replicate', '--from', from, '--to', to]);

const fileCount = async (desk: Desk, folder: string): Promise<number> =>
  (await readdir(desk.path(folder), { recursive: true })).length;

async function expectSame(desk: Desk, ...folders: readonly string[]): Promise<void> {
  const [first, ...others] = await Promise.all(folders.map((folder) => contentOf(desk, folder)));
  for (const other of others) expect(other).toEqual(first);
}

async function expectWhole(desk: Desk, folder: string, records = interactions): Promise<void> {
  const verified = await succeed<{
    ok: boolean;
    records: { checked: number };
    objects: { leftover: number };
  }>(desk, ['verify', '--archive', folder]);
  expect(verified).toMatchObject({ ok: true, records: { checked: records } });
}

async function twoArchives(desk: Desk): Promise<void> {
  await succeed(desk, ['init', '--archive', './a']);
  await replicate(desk, './a', './b');
}

describe('run with several archives', () => {
  it('seals once and stores the same in both; either alone restores everything', async () => {
    await using place = await openDesk('both');
    const { desk, tenant } = place;
    await twoArchives(desk);
    const report = await run(place);
    expect(report).toMatchObject({
      successful_archives: interactions,
      marks: { sent: interactions, pending: 0 },
      archives: [{ state: 'whole' }, { state: 'whole' }],
    });
    expect(tenant.truth().marked).toBe(interactions);
    await expectSame(desk, 'a', 'b');
    for (const [folder, out] of [
      ['a', 'out-a'],
      ['b', 'out-b'],
    ] as const) {
      await expectWhole(desk, folder);
      await succeed(desk, ['restore', '--archive', folder, '--out', out, '--all']);
      await rm(desk.path(out, 'manifest.json'));
    }
    await expectSame(desk, 'out-a', 'out-b');
  });

  it('goes on with one that is down, brings it up later from the other, and marks only then', async () => {
    await using place = await openDesk('down');
    const { desk, tenant } = place;
    await twoArchives(desk);
    await run(place, [...two, '--limit', '10']);
    expect(tenant.truth().marked).toBe(10);
    for (const [down, archives] of [
      ['b', ['whole', 'unreachable']],
      ['a', ['unreachable', 'whole']],
    ] as const) {
      await rename(desk.path(down), desk.path('away'));
      const report = await run(place, [...two, '--limit', '20', '--html', 'page.html']);
      const page = await readFile(desk.path('page.html'), 'utf8');
      expect(page).toContain('Done; not every archive has everything');
      expect(report.archives.map(({ state }) => state)).toEqual(archives);
      expect(report.marks).toMatchObject({ sent: 0, pending: 20 });
      await rename(desk.path('away'), desk.path(down));
      const before = tenant.stats();
      const next = await run(place, [...two, '--limit', '1']);
      const at = down === 'a' ? 0 : 1;
      expect(next.archives.map(({ state }) => state)).toEqual(['whole', 'whole']);
      expect(next.archives[at]?.caught_up.entries).toBeGreaterThan(0);
      expect(next.marks.pending).toBe(0);
      // one more interaction: the twenty come from the other archive
      expect(tenant.stats().detail.requests - before.detail.requests).toBeLessThanOrEqual(1);
      await expectSame(desk, 'a', 'b');
    }
    await run(place);
    expect(tenant.truth().marked).toBe(interactions);
    await expectWhole(desk, './a');
    await expectWhole(desk, './b');
  });

  it('brings back what one of them lost, data or all of it, each in turn', async () => {
    await using place = await openDesk('lost');
    const { desk } = place;
    await twoArchives(desk);
    await run(place, unmarked);
    for (const folder of ['a', 'b']) {
      await rm(desk.path(folder, 'data'), { recursive: true });
      const report = await run(place, unmarked);
      expect(report.archives[folder === 'a' ? 0 : 1]?.caught_up.objects).toBeGreaterThan(0);
      await expectSame(desk, 'a', 'b');
    }
    for (const [lost, kept] of [
      ['./a', './b'],
      ['./b', './a'],
    ] as const) {
      await rm(desk.path(lost), { recursive: true });
      const report = await run(place, unmarked);
      expect(report.archives.map(({ state }) => state)).toContain('unreachable');
      await replicate(desk, kept, lost);
      await run(place, unmarked);
      await expectSame(desk, 'a', 'b');
      await expectWhole(desk, lost);
    }
  });

  it('takes several from the configuration; reading takes the first that can be read, the rest asks which', async () => {
    await using place = await openDesk('config');
    const { desk } = place;
    await twoArchives(desk);
    delete desk.env['CXVAULT_ARCHIVE'];
    const unlimited = { limit: 0, per: '1s' };
    await writeFile(
      desk.path('cxvault.config.json'),
      JSON.stringify({
        archive: ['./a', './b'],
        cxone: { budgets: { detail: unlimited, mark: unlimited, media: unlimited } },
      }),
    );
    expect((await run(place, [])).archives).toHaveLength(2);
    await rename(desk.path('a'), desk.path('away'));
    const listed = await desk.json(['list']);
    expect(listed.code).toBe(0);
    expect(listed.stderr).toContain('is read instead');
    for (const command of [['verify'], ['prune'], ['key', 'list'], ['key', 'rotate'], ['unlock']]) {
      expect(await desk.json(command)).toMatchObject({
        code: 2,
        document: { error: { code: 'CONFIG_INVALID', hint: expect.stringContaining('--archive') } },
      });
    }
  });

  it('is refused for a place that never held it, for another archive, while one is locked, and when all are down', async () => {
    await using place = await openDesk('refused');
    const { desk, tenant } = place;
    await twoArchives(desk);
    const never = await desk.json(['run', '--archive', './a', '--archive', './c']);
    expect(never).toMatchObject({
      code: 10,
      document: {
        error: { code: 'ARCHIVE_NOT_FOUND', hint: expect.stringContaining('cxvault replicate --from ') },
      },
    });
    expect((await readdir(desk.folder)).includes('c')).toBe(false);
    await succeed(desk, ['init', '--archive', './other']);
    expect((await desk.json(['run', '--archive', './a', '--archive', './other'])).code).toBe(2);
    expect((await desk.json(['run', '--archive', './a', '--archive', './a'])).code).toBe(2);
    expect((await desk.json(['replicate', '--from', './a', '--to', './other'])).code).toBe(2);
    expect((await desk.json(['replicate', '--from', './a', '--to', './a'])).code).toBe(2);
    expect((await desk.json(['replicate', '--from', './nothing', '--to', './b'])).code).toBe(10);
    const down = ['s3://x/a?endpoint=http://127.0.0.1:9', 's3://x/b?endpoint=http://127.0.0.1:9'];
    expect((await desk.json(['run', ...down.flatMap((url) => ['--archive', url])], s3Env)).code).toBe(20);

    const service = desk.start(['run', '--archive', './b', '--every', '1h']);
    const ended = once(service, 'exit');
    while (tenant.truth().marked < interactions) await tick();
    expect((await desk.json(['run', ...two])).code).toBe(11);
    expect((await desk.json(['replicate', '--from', './a', '--to', './b'])).code).toBe(11);
    service.kill('SIGTERM');
    await ended;
    marksAreFresh = true;
    await run(place);
    await expectSame(desk, 'a', 'b');
  });

  it('archives into a folder and two clouds; one that loses its data half way ends as whole as the others', async () => {
    await using servers = new AsyncDisposableStack();
    const s3 = await startFakeS3();
    servers.defer(() => s3.stop());
    const azure = await startAzurite();
    servers.defer(() => azure.stop());
    await azure.createContainer();
    await using place = await openDesk('stores');
    Object.assign(place.desk.env, s3Env, { AZURE_STORAGE_CONNECTION_STRING: azure.connectionString });
    await linkPlugins(place.desk, 'storage-azure');
    const others = [s3.newArchive(), azure.newArchive()];
    const { states, marked, pending, verified, restored } = await losingHalfWay(
      place,
      others,
      interactions / 2,
    );
    expect(states).toEqual(['whole', 'whole', 'whole']);
    expect({ marked, pending }).toEqual({ marked: interactions, pending: 0 });
    for (const one of verified) expect(one).toMatchObject({ ok: true, records: { checked: interactions } });
    for (const files of restored) expect(files).toEqual(restored[0]);
  });

  it('stays a whole archive whenever a copy is killed, and ends equal', async () => {
    await using place = await openDesk('killed');
    const { desk } = place;
    await succeed(desk, ['init', '--archive', './a']);
    await run(place, ['--archive', './a', '--limit', '20']);
    await replicate(desk, './a', './b');
    await run(place, ['--archive', './a']);
    let killed = 0;
    for (let kill = 0; kill < 8; kill += 1) {
      const before = await fileCount(desk, 'b');
      const child = desk.start(['replicate', '--from', './a', '--to', './b']);
      const ended = once(child, 'exit');
      // as soon as it has copied something more
      while (child.exitCode === null && (await fileCount(desk, 'b')) < before + 4) await tick();
      if (child.kill('SIGKILL')) killed += 1;
      await ended;
      // this machine knows of more than the copy has yet: it is looked at from another
      const verified = await desk.json(['verify', '--archive', './b'], {
        CXVAULT_CACHE_DIR: `cache-${String(kill)}`,
      });
      expect(verified.code).toBe(0);
    }
    expect(killed).toBeGreaterThan(2);
    await replicate(desk, './a', './b');
    await expectSame(desk, 'a', 'b');
  });
});

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

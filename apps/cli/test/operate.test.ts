import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedDesk } from './simulated-desk.ts';

const interactions = 12;

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
    media: { kind: 'wav', perInteraction: 1, bytes: [2_000, 4_000] },
  });
});
afterAll(async () => {
  await desk.close();
});

const locked = ['--archive', 'archive', '--key-file', 'key'];

/** Every file below a folder of the desk, with its content. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of await readdir(desk.path(folder), { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile())
      found.set(path.slice(desk.path(folder).length + 1), (await readFile(path)).toString('hex'));
  }
  return found;
}

describe('the main job', () => {
  let runReport: { archived_records: { interaction_id: string; object_key: string }[]; tips: string[] };

  it('creates an archive, and never a second time', async () => {
    const args = ['init', ...locked, '--password-file', 'password', '--label', 'first'];
    const { code, document, stderr } = await desk.json(args);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(document).toEqual({
      archive: expect.stringMatching(/^file:.*\/archive$/) as unknown,
      archive_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      slots: ['password', 'keyfile'],
      label: 'first',
    });
    const before = await contents('archive');
    const again = await desk.json(args);
    expect(again).toMatchObject({ code: 10, document: { error: { code: 'ARCHIVE_EXISTS', exit: 10 } } });
    expect(await contents('archive')).toEqual(before);
  });

  it('has all that a run needs, and checking it changes nothing', async () => {
    const before = await contents('archive');
    const { code, document } = await desk.json(['doctor', ...locked], desk.source);
    expect(document).toMatchObject({ ok: true });
    const { checks } = document as { checks: { name: string; state: string; detail: string }[] };
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...['settings', 'login', 'scopes', 'list', 'marker', 'clock', 'store', 'archive', 'key slots'].map(
        (name) => `${name} ok`,
      ),
      'key copy warning',
    ]);
    expect(code).toBe(0);
    expect(await contents('archive')).toEqual(before);
  });

  it('lists beforehand what it would do', async () => {
    const before = await contents('archive');
    const { code, document } = await desk.json(['run', '--dry-run', ...locked], desk.source);
    expect(code).toBe(0);
    expect(document).toMatchObject({ dry_run: true, unchanged: 0 });
    expect((document as { planned: unknown[] }).planned).toHaveLength(interactions);
    expect(await contents('archive')).toEqual(before);
    expect(desk.simulator.truth()).toMatchObject({ marked: 0 });
  });

  it('archives everything once', async () => {
    const args = ['run', ...locked, '--report', 'report.json'];
    const first = await desk.json(args, desk.source);
    expect(first.code).toBe(0);
    expect(first.document).toMatchObject({
      total_interactions: interactions,
      successful_archives: interactions,
      failed_archives: 0,
      success_rate: '100.00%',
      media: { archived: interactions },
      marks: { sent: interactions, failed: [], pending: 0 },
    });
    runReport = first.document as typeof runReport;
    expect(JSON.parse(await readFile(desk.path('report.json'), 'utf8'))).toEqual(first.document);
    expect((await stat(desk.path('report.json'))).mode & 0o777).toBe(0o600);
    // Marks are changes too; a run waits until changes are a minute old.
    desk.simulator.advance(120_000);
    const second = await desk.json(['run', ...locked], desk.source);
    expect(second).toMatchObject({ code: 0, document: { total_interactions: 0, successful_archives: 0 } });
  });

  it('says it in words', async () => {
    const { code, stdout, stderr } = await desk.run(['run', ...locked], desk.source);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing new/);
    expect(stdout).toContain('Next: cxvault verify --archive archive --key-file key');
    expect(stderr).toBe('');
  });

  it('leaves records out of the report when asked', async () => {
    const { document } = await desk.json(['run', ...locked, '--report-records', 'none'], desk.source);
    expect(document).toMatchObject({ archived_records: [], failed_records: [] });
  });

  it.each([
    ['full', ['--depth', 'full']],
    ['checksum', ['--depth', 'checksum']],
    ['structure', ['--depth', 'structure']],
    ['sample', ['--sample', '50%']],
  ])('verifies at depth %s', async (depth, flags) => {
    const { code, document } = await desk.json(['verify', ...locked, ...flags]);
    expect(document).toMatchObject({ depth, ok: true, damage: [] });
    expect(code).toBe(0);
  });

  it('verifies against a tip that was written down', async () => {
    const tip = runReport.tips[0] ?? '';
    expect((await desk.run(['verify', ...locked, '--expect-tip', tip])).code).toBe(0);
    expect((await desk.run(['verify', ...locked, '--expect-tip', 'f'.repeat(64)])).code).toBe(3);
  });

  it('says no more than a verify has proved', async () => {
    const said = async (...flags: string[]): Promise<string> =>
      (await desk.run(['verify', ...locked, ...flags])).stdout.split('\n')[0] ?? '';
    expect(await said()).toMatch(/^The archive is whole: every object was opened .* medium\.$/);
    expect(await said('--max-age', '1d')).toMatch(/^The archive is whole: .*, now or within --max-age\.$/);
    expect(await said('--since', '1d')).toMatch(/^No damage found in what was created in the period: /);
    expect(await said('--sample', '50%')).toMatch(/^No damage found: a sample /);
    expect(await said('--depth', 'structure')).toMatch(/^No damage found: every object is there/);
  });

  it('takes a tip in capital letters too', async () => {
    const tip = runReport.tips[0]?.toUpperCase() ?? '';
    expect((await desk.run(['verify', ...locked, '--expect-tip', tip])).code).toBe(0);
  });

  it('verifies without any key', async () => {
    const { code, document } = await desk.json(['verify', '--archive', 'archive', '--public-only']);
    expect(document).toMatchObject({ depth: 'public', ok: true });
    expect(code).toBe(0);
  });

  it('restores one interaction with its recording', async () => {
    const id = runReport.archived_records[0]?.interaction_id ?? '';
    const { code, document } = await desk.json(['restore', ...locked, '--interaction', id, '--out', 'one']);
    expect(document).toMatchObject({ interactions: 1, failed: [], missing: [] });
    expect(code).toBe(0);
    const files = await contents('one');
    const recording = [...files.entries()].find(([name]) => name.endsWith('.wav'));
    expect(recording?.[1].startsWith(Buffer.from('RIFF').toString('hex'))).toBe(true);
    expect([...files.keys()].some((name) => name.endsWith(`${id}/record.json`))).toBe(true);
  });

  it('restores all, and says what it does not have', async () => {
    const all = await desk.json(['restore', ...locked, '--all', '--out', 'all']);
    expect(all).toMatchObject({ code: 0, document: { interactions, files: interactions * 2 } });
    const missing = await desk.json(['restore', ...locked, '--interaction', 'unheard-of', '--out', 'none']);
    expect(missing).toMatchObject({ code: 3, document: { interactions: 0, missing: ['unheard-of'] } });
  });

  it('decrypts a segment by its path, its address and its name', async () => {
    const key = runReport.archived_records[0]?.object_key ?? '';
    const unlock = ['--key-file', 'key'];
    const byPath = await desk.run(['decrypt', `archive/${key}`, ...unlock]);
    expect(byPath).toMatchObject({ code: 0, stderr: '' });
    const ids = byPath.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { interaction_id: string }).interaction_id);
    expect(ids.sort()).toEqual(runReport.archived_records.map((record) => record.interaction_id).sort());
    expect((await desk.run(['decrypt', key, ...locked])).stdout).toBe(byPath.stdout);
    const env = { CXVAULT_ARCHIVE: 'archive' };
    expect((await desk.run(['decrypt', key, ...unlock], env)).stdout).toBe(byPath.stdout);
    expect((await desk.run(['decrypt', `file://${desk.path('archive', key)}`, ...unlock])).stdout).toBe(
      byPath.stdout,
    );
    await writeFile(desk.path('stray object'), await readFile(desk.path('archive', key)));
    expect((await desk.run(['decrypt', 'stray object', ...locked])).stdout).toBe(byPath.stdout);
  });

  it('decrypts into a file, once', async () => {
    const key = runReport.archived_records[0]?.object_key ?? '';
    const { code, document } = await desk.json(['decrypt', key, ...locked, '--out', 'lines.jsonl']);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: { format: 'cxv', kind: 'records', object_key: key },
    });
    expect((await stat(desk.path('lines.jsonl'))).size).toBe((document as { bytes: number }).bytes);
    const again = await desk.json(['decrypt', key, ...locked, '--out', 'lines.jsonl']);
    expect(again).toMatchObject({ code: 2, document: { error: { code: 'USAGE' } } });
    expect((await desk.json(['decrypt', key, ...locked])).code).toBe(2);
  });

  it('tells a damaged object from a whole one, and leaves no output behind', async () => {
    const key = runReport.archived_records[0]?.object_key ?? '';
    const bytes = await readFile(desk.path('archive', key));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await rm(desk.path('archive', key));
    await writeFile(desk.path('archive', key), bytes);
    const verified = await desk.json(['verify', ...locked]);
    expect(verified).toMatchObject({ code: 3, document: { ok: false } });
    const [found] = (verified.document as { damage: { object_key: string; interactions: string[] }[] })
      .damage;
    expect(found?.object_key).toBe(key);
    expect(found?.interactions).toHaveLength(interactions);
    const words = await desk.run(['verify', ...locked]);
    expect(words.stdout).toMatch(/^DAMAGED: 1 finding, which costs 12 interactions\./);
    const decrypted = await desk.run(['decrypt', key, ...locked, '--out', 'damaged.jsonl']);
    expect(decrypted.code).toBe(3);
    expect(decrypted.stderr).toMatch(new RegExp(`^error: .*object=${key}.*\nhint: .*copy`));
    expect((await readdir(desk.folder)).filter((name) => name.startsWith('damaged'))).toEqual([]);
    expect((await desk.run(['restore', ...locked, '--all', '--out', 'damaged-restore'])).code).toBe(3);
  });
});

describe("the tutorial's way", () => {
  const envelopes = ['--archive', 'envelopes', '--password-file', 'password', '--format', 'envelope'];

  it('archives, verifies and decrypts', async () => {
    await mkdir(desk.path('envelopes'));
    const run = await desk.json(['run', ...envelopes], desk.source);
    expect(run).toMatchObject({
      code: 0,
      document: { successful_archives: interactions, media: { archived: 0 } },
    });
    expect(run.stderr).toMatch(/^warning: envelopes hold records only/);
    expect(await desk.json(['verify', ...envelopes])).toMatchObject({ code: 0, document: { ok: true } });
    const [name = ''] = (await readdir(desk.path('envelopes'))).filter((file) => !file.startsWith('.'));
    expect(name).toMatch(/^archive_[0-9a-f]{32}\.enc\.gz$/);
    const { code, stdout } = await desk.run(['decrypt', `envelopes/${name}`, '--password-file', 'password']);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(interactions);
    const wrong = { ARCHIVAL_ENCRYPTION_KEY: desk.secret('another password') };
    expect(await desk.json(['decrypt', `envelopes/${name}`, '--out', 'never'], wrong)).toMatchObject({
      code: 12,
      document: { error: { code: 'KEY_WRONG', hint: expect.stringContaining('password') as unknown } },
    });
    expect((await desk.run(['verify', ...envelopes])).stdout).toMatch(/^No damage found: every envelope/);
  });

  it.each([
    [['run', '--retry-failed']],
    [['run', '--dry-run']],
    [['run', '--compression', 'none']],
    [['verify', '--depth', 'full']],
    [['verify', '--public-only']],
  ])('refuses %j with it', async (args) => {
    const { code, stderr } = await desk.run([...args, ...envelopes], desk.source);
    expect(stderr).toMatch(/contradicts/);
    expect(code).toBe(2);
  });
});

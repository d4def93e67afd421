import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownProcess } from '@cxvault/core';
import { ended } from './cli-process.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const interactions = 12;

let desk: SimulatedDesk;
let rows: Row[];

interface Row {
  readonly interaction_id: string;
  readonly type: string;
  readonly created_time: string;
  readonly updated_time: string;
  readonly archived_at: string;
  readonly media: readonly {
    readonly media_id: string;
    readonly object_key: string;
    readonly sha256: string;
  }[];
  readonly object_key: string;
}

beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
    media: { kind: 'mixed', perInteraction: 1, bytes: [2_000, 4_000] },
  });
  Object.assign(desk.env, desk.source, { CXVAULT_ARCHIVE: './archive' });
  desk.env['ARCHIVAL_ENCRYPTION_KEY'] = desk.password;
  await desk.run(['init', '--archive', './empty']);
  await desk.run(['init']);
  expect((await desk.run(['run'])).code).toBe(0);
  const { document } = await desk.json(['list']);
  rows = (document as { interactions: Row[] }).interactions;
});
afterAll(async () => {
  await desk.close();
});

function first(): Row {
  const [row] = rows;
  if (!row) throw new Error('the list is empty');
  return row;
}

describe('every look at an archive', () => {
  it.each([['list'], ['show', 'x'], ['status']])(
    'ends with 10 where there is no archive: %s',
    async (...words) => {
      const result = await desk.json([...words, '--archive', './nowhere']);
      expect(result).toMatchObject({
        code: 10,
        document: { error: { code: 'ARCHIVE_NOT_FOUND', exit: 10 } },
      });
    },
  );

  it.each([['list'], ['show', 'x'], ['status']])(
    'ends with 12 for a wrong password: %s',
    async (...words) => {
      const wrong = { ARCHIVAL_ENCRYPTION_KEY: 'another one' };
      expect(await desk.json(words, wrong)).toMatchObject({
        code: 12,
        document: { error: { code: 'KEY_WRONG' } },
      });
    },
  );

  it('changes nothing in the archive, and takes no lock', async () => {
    const before = await readdir(desk.path('archive'), { recursive: true });
    const lock = { run_id: 'r', token: 't', since: '2026-01-01T00:00:00.000Z', ...ownProcess() };
    await mkdir(desk.path('archive', 'locks', 'run'), { recursive: true });
    await writeFile(desk.path('archive', 'locks', 'run', '7.json'), JSON.stringify(lock));
    try {
      expect((await desk.json(['list'])).code).toBe(0);
      expect((await desk.json(['show', first().interaction_id])).code).toBe(0);
      const { code, document } = await desk.json(['status']);
      expect(code).toBe(0);
      expect(document).toMatchObject({ lock: { run_id: 'r', pid: process.pid, state: 'held' } });
      expect((await desk.run(['status'])).stdout).toMatch(/under way +run r since/);
    } finally {
      await rm(desk.path('archive', 'locks', 'run', '7.json'));
    }
    expect((await readdir(desk.path('archive'), { recursive: true })).sort()).toEqual(before.sort());
  });
});

describe('list', () => {
  it('is one document with all that is archived', () => {
    expect(rows).toHaveLength(interactions);
    expect(new Set(rows.map(({ interaction_id }) => interaction_id)).size).toBe(interactions);
    for (const row of rows) {
      expect(row).toEqual({
        interaction_id: expect.any(String) as unknown,
        type: expect.stringMatching(/^(voice|chat|email)$/) as unknown,
        created_time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        updated_time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        archived_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        media: [expect.objectContaining({ bytes: expect.any(Number) as unknown })],
        object_key: expect.stringMatching(/^data\/records\/.*\.cxv$/) as unknown,
      });
    }
  });

  it('streams the same as lines', async () => {
    const { code, stdout, stderr } = await desk.run(['list', '--jsonl']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
  });

  it('is a table for people, with nothing cut', async () => {
    const { code, stdout } = await desk.run(['list']);
    expect(code).toBe(0);
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header?.split(/ {2,}/)).toEqual(['ID', 'TYPE', 'CREATED', 'UPDATED', 'MEDIA', 'OBJECT']);
    expect(lines).toHaveLength(interactions);
    const { interaction_id, type, object_key } = first();
    const words = lines.find((line) => line.startsWith(interaction_id))?.split(/ {2,}/);
    expect(words?.[1]).toBe(type);
    expect(words?.at(-1)).toBe(object_key);
  });

  it('chooses by type, participant and created time', async () => {
    const created = rows.map(({ created_time }) => created_time).sort();
    const middle = created[interactions / 2] ?? '';
    const listed = async (...args: string[]): Promise<Row[]> => {
      const { document } = await desk.json(['list', ...args]);
      return (document as { interactions: Row[] }).interactions;
    };
    const since = await listed('--since', middle);
    expect(since).toEqual(rows.filter(({ created_time }) => created_time >= middle));
    const until = await listed('--until', middle);
    expect(until).toEqual(rows.filter(({ created_time }) => created_time < middle));
    expect(await listed('--type', first().type)).toEqual(rows.filter(({ type }) => type === first().type));
    const { document } = await desk.json(['show', first().interaction_id]);
    const [participant] = (document as { participants: { id: string; address: string }[] }).participants;
    expect(await listed('--participant', participant?.address ?? '')).toContainEqual(first());
    expect(await listed('--participant', participant?.id.toUpperCase() ?? '')).toContainEqual(first());
    expect(await listed('--participant', 'nobody')).toEqual([]);
  });

  it('says so when there is nothing to list', async () => {
    const empty = await desk.run(['list', '--archive', './empty']);
    expect(empty).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing is archived yet.\n' });
    const none = await desk.run(['list', '--until', '2001-01-01']);
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No interaction matches.\n' });
    expect(await desk.json(['list', '--archive', './empty'])).toMatchObject({
      code: 0,
      document: { interactions: [] },
    });
    expect(await desk.run(['list', '--archive', './empty', '--jsonl'])).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('ends well when nobody reads on', async () => {
    const child = desk.start(['list', '--jsonl']);
    child.stdout?.destroy();
    expect(await ended(child)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['an empty period', ['--since', '2026-02-01', '--until', '2026-01-01']],
    ['a time that is none', ['--since', 'yesterday-ish']],
    ['an empty participant', ['--participant', ' ']],
    ['an empty type', ['--type', '']],
    ['two forms at once', ['--jsonl']],
    ['an unknown flag', ['--kind', 'voice']],
  ])('refuses %s', async (_, args) => {
    expect(await desk.json(['list', ...args])).toMatchObject({ code: 2, document: { error: { exit: 2 } } });
  });
});

describe('show', () => {
  it('is the archival record, with where it lies', async () => {
    const row = first();
    const { code, document } = await desk.json(['show', row.interaction_id]);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      interaction_id: row.interaction_id,
      type: row.type,
      created_time: row.created_time,
      media_metadata: [{ media_id: row.media[0]?.media_id, sha256: row.media[0]?.sha256 }],
      source: { system: 'cxone', payload: { id: row.interaction_id } },
      archived: {
        archived_at: row.archived_at,
        object_key: row.object_key,
        mark: 'sent',
        media: row.media,
        versions: [{ updated_time: row.updated_time, object_key: row.object_key, media: 1 }],
      },
    });
  });

  it('says it in words', async () => {
    const row = first();
    const { code, stdout } = await desk.run(['show', row.interaction_id]);
    expect(code).toBe(0);
    expect(stdout).toContain(row.object_key);
    expect(stdout).toContain('Participants:');
    expect(stdout).toContain(row.media[0]?.media_id);
    expect(stdout).not.toContain('Versions');
    const media = await desk.run(['show', row.interaction_id, '--media']);
    expect(media.stdout).toContain(row.media[0]?.sha256);
    expect(media.stdout).toContain(row.media[0]?.object_key);
  });

  it('refuses an id that the archive does not know', async () => {
    const { code, stdout, stderr } = await desk.run(['show', 'nobody']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(await desk.json(['show', 'nobody'])).toMatchObject({
      document: { error: { code: 'INTERACTION_NOT_ARCHIVED', exit: 3 } },
    });
    expect(stderr).toContain('the archive has no such interaction [interaction=nobody]');
    expect(stderr).toContain('cxvault list');
    expect((await desk.json(['show', ''])).code).toBe(2);
    expect((await desk.json(['show'])).code).toBe(2);
  });
});

describe('status', () => {
  it('tells what is covered and held', async () => {
    const { code, document } = await desk.json(['status']);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      archive: expect.stringMatching(/^file:.*\/archive$/) as unknown,
      source: { system: 'cxone', profile: 'interactions' },
      windows: [{ lane: 'update', from: '1970-01-01T00:00:00.000Z' }],
      lanes: [{ lane: 'update', origin: '1970-01-01T00:00:00.000Z' }],
      gaps: [],
      interactions: { archived: interactions, versions: interactions, failed: 0, given_up: 0, erased: 0 },
      media: { archived: interactions, absent: 0, provisional: 0 },
      marks: { sent: interactions, pending: 0, refused: 0, nothing_to_mark: 0 },
      open_failures: [],
      given_up: [],
      last_run: { ended: 'finished', report: { successful_archives: interactions, error: null } },
      lock: null,
      leftovers: { objects: 0, bytes: 0, prunable: 0 },
      objects: { missing: 0, wrong_size: 0 },
      journal: { runs: 1, damaged: 0 },
      damage: [],
    });
  });

  it('says it in words, and remembers the last verify', async () => {
    expect((await desk.run(['status'])).stdout).toMatch(/last verify +none on this machine/);
    expect((await desk.run(['verify'])).code).toBe(0);
    const { code, stdout, stderr } = await desk.run(['status']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^All is archived, as far as it is covered\.\n/);
    expect(stdout).toMatch(new RegExp(`interactions +${String(interactions)} archived, 0 failed`));
    expect(stdout).toMatch(/last verify +\S+, full: no damage in \d+ objects/);
    expect(await desk.json(['status'])).toMatchObject({
      document: { last_verify: { depth: 'full', ok: true }, last_full_verify: { ok: true } },
    });
  });

  it('knows an archive that no run has seen', async () => {
    const { code, document } = await desk.json(['status', '--archive', './empty']);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      source: null,
      windows: [],
      last_run: null,
      interactions: { archived: 0 },
    });
    const { stdout } = await desk.run(['status', '--archive', './empty']);
    expect(stdout).toMatch(/^Nothing is archived yet\.\n/);
    expect(stdout).toContain('Next: cxvault run --archive ./empty');
  });

  it('does not list the store when asked not to', async () => {
    const { document } = await desk.json(['status', '--no-leftovers']);
    expect(document).toMatchObject({ leftovers: null, objects: null });
  });
});

describe('a gap, a failure and damage', () => {
  it('are named, and damage ends with 3', async () => {
    const gap = await desk.run(['run', '--archive', './partial', '--since', '20d', '--until', '15d']);
    expect(gap.code).toBe(10);
    await desk.run(['init', '--archive', './partial']);
    await desk.run(['run', '--archive', './partial', '--since', '20d', '--until', '15d', '--no-mark']);
    await desk.run([
      'run',
      '--archive',
      './partial',
      '--since',
      '5d',
      '--until',
      '2d',
      '--no-mark',
      '--no-media',
    ]);
    const { document } = await desk.json(['status', '--archive', './partial']);
    expect(document).toMatchObject({ gaps: [{ lane: 'update' }], windows: [{}, {}], lanes: [{}] });
    expect((await desk.run(['status', '--archive', './partial'])).stdout).toMatch(
      /^1 gap in what is covered[^]*Not covered by any run:\n {2}\S+ to \S+ \(update\)/,
    );
    const media = await readdir(desk.path('archive', 'data', 'media'), { recursive: true });
    const medium = media.find((name) => name.endsWith('.cxv')) ?? '';
    await rm(desk.path('archive', 'data', 'media', medium));
    expect(await desk.json(['status'])).toMatchObject({ code: 3, document: { objects: { missing: 1 } } });
    const entries = await readdir(desk.path('archive', 'runs'), { recursive: true });
    const entry = entries.find((name) => name.endsWith('000001.cxv')) ?? '';
    await rm(desk.path('archive', 'runs', entry));
    const { code, stdout } = await desk.run(['status']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^DAMAGED: \d findings? in the journal/);
    expect(stdout).toContain(join('runs', entry));
    expect(stdout).toContain('Next: cxvault verify');
    const unknown = await desk.json(['show', 'nobody']);
    expect(unknown).toMatchObject({ code: 3, document: { error: { code: 'JOURNAL_DAMAGED' } } });
    expect(await desk.run(['list'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('journal') as unknown,
    });
  });
});

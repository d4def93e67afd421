import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedDesk } from './simulated-desk.ts';

interface Slot {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly opens: boolean | null;
}

const interactions = 6;

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
    media: { kind: 'wav', perInteraction: 1, bytes: [2_000, 4_000] },
  });
  await writeFile(desk.path('second'), `${desk.secret('the second password')}\n`);
  await writeFile(desk.path('wrong'), `${desk.secret('no password at all')}\n`);
  await desk.run(['init', '--archive', 'made', '--password-file', 'password', '--label', 'first']);
  await desk.run(['run', '--archive', 'made', '--password-file', 'password'], desk.source);
});
afterAll(async () => {
  await desk.close();
});

const password = ['--password-file', 'password'];

/** An archive of its own for one test. */
async function archive(name: string): Promise<string[]> {
  await cp(desk.path('made'), desk.path(name), { recursive: true, preserveTimestamps: true });
  return ['--archive', name];
}

async function slotsOf(place: string[], unlock: string[] = []): Promise<Slot[]> {
  const { document } = await desk.json(['key', 'list', ...place, ...unlock]);
  return (document as { slots: Slot[] }).slots;
}

async function expectWhole(place: string[], unlock: string[]): Promise<void> {
  const { code, document } = await desk.json(['verify', ...place, ...unlock]);
  expect(document).toMatchObject({ ok: true, records: { checked: interactions }, damage: [] });
  expect(code).toBe(0);
}

describe('cxvault key list', () => {
  it('needs no key, and says which slot one opens', async () => {
    const place = await archive('listed');
    const { code, document } = await desk.json(['key', 'list', ...place]);
    expect(code).toBe(0);
    expect(document).toEqual({
      archive: expect.stringMatching(/^file:.*listed$/) as unknown,
      archive_id: expect.any(String) as unknown,
      slots: [
        {
          id: expect.any(String) as unknown,
          kind: 'password',
          label: 'first',
          created_at: expect.stringMatching(/Z$/) as unknown,
          kdf: { name: 'pbkdf2-hmac-sha256', iterations: 600_000 },
          opens: null,
          current: null,
        },
      ],
      malformed: [],
      rotation_unfinished: false,
    });
    expect(await slotsOf(place, password)).toMatchObject([{ opens: true, current: true }]);
    const words = await desk.run(['key', 'list', ...place, ...password]);
    expect(words).toMatchObject({ code: 0, stderr: '' });
    expect(words.stdout).toMatch(
      /^1 key slot of .*\n {2}ID .* OPENS\n {2}[0-9a-f-]{36} {2}password {2}\S+Z {2}first {2}yes\n$/,
    );
  });

  it('lists them for a wrong key too, and ends with its exit code', async () => {
    const { code, document } = await desk.json([
      'key',
      'list',
      '--archive',
      'made',
      '--password-file',
      'wrong',
    ]);
    expect({ code, document }).toMatchObject({
      code: 12,
      document: { slots: [{ opens: false }], error: { code: 'KEY_WRONG', exit: 12 } },
    });
  });

  it('names malformed slots', async () => {
    const place = await archive('malformed');
    await writeFile(desk.path('malformed/keys/slots/spoilt.slot'), '{}\n');
    const { document } = await desk.json(['key', 'list', ...place]);
    expect(document).toMatchObject({ slots: [{}], malformed: [{ object_key: 'keys/slots/spoilt.slot' }] });
  });
});

describe('cxvault key add and remove', () => {
  it('change who can open the archive, never the data', async () => {
    const place = await archive('shared');
    const add = ['key', 'add', ...place, ...password];
    const added = await desk.json([...add, '--new-password-file', 'second', '--label', 'second']);
    expect(added).toMatchObject({
      code: 0,
      document: { slot: { kind: 'password', label: 'second' }, slots: 2, generated: null },
    });
    const made = await desk.json([...add, '--new-key-file', 'recovery', '--generate', '--label', 'recovery']);
    expect(made).toMatchObject({ code: 0, document: { slot: { kind: 'keyfile' }, generated: 'recovery' } });
    const file = await stat(desk.path('recovery'));
    expect({ size: file.size, mode: file.mode & 0o777 }).toEqual({ size: 32, mode: 0o600 });
    await expectWhole(place, ['--password-file', 'second']);
    await expectWhole(place, ['--key-file', 'recovery']);
    const [first] = await slotsOf(place, password);
    const removed = await desk.json(['key', 'remove', first?.id ?? '', ...place, '--key-file', 'recovery']);
    expect(removed).toMatchObject({ code: 0, stderr: '', document: { removed: first?.id, opens: true } });
    expect((await desk.run(['verify', ...place, ...password])).code).toBe(12);
    await expectWhole(place, ['--password-file', 'second']);
  });

  it('refuse the last slot, one that is not there, and a wrong key', async () => {
    const place = await archive('alone');
    const [slot] = await slotsOf(place);
    const remove = (id: string, file: string): Promise<unknown> =>
      desk.json(['key', 'remove', id, ...place, '--password-file', file]);
    expect(await remove(slot?.id ?? '', 'password')).toMatchObject({
      code: 2,
      document: { error: { code: 'USAGE', message: expect.stringMatching(/last key slot/) as unknown } },
    });
    expect(await remove('unheard-of', 'password')).toMatchObject({ code: 2 });
    expect(await remove(slot?.id ?? '', 'wrong')).toMatchObject({ code: 12 });
    expect(await slotsOf(place)).toHaveLength(1);
  });

  it('leave no key file behind when the slot could not be made, and replace none', async () => {
    const place = await archive('unmade');
    const generate = ['key', 'add', ...place, '--new-key-file', 'unmade-key', '--generate'];
    expect((await desk.run([...generate, '--password-file', 'wrong'])).code).toBe(12);
    await expect(stat(desk.path('unmade-key'))).rejects.toThrow('ENOENT');
    await writeFile(desk.path('unmade-key'), 'precious');
    expect((await desk.run([...generate, ...password])).code).toBe(2);
    expect(await readFile(desk.path('unmade-key'), 'utf8')).toBe('precious');
    expect(await slotsOf(place)).toHaveLength(1);
  });

  it.each([
    ['nothing new', []],
    ['two new ones', ['--new-password-file', 'second', '--new-key-file', 'k']],
    ['a password that is to be generated', ['--new-password-file', 'second', '--generate']],
    ['a file that is not there', ['--new-password-file', 'absent']],
    ['a label of two lines', ['--new-password-file', 'second', '--label', 'a\nb']],
  ])('refuse %s', async (_, flags) => {
    const { code, document } = await desk.json(['key', 'add', '--archive', 'made', ...password, ...flags]);
    expect({ code, document }).toMatchObject({ code: 2, document: { error: { exit: 2 } } });
  });
});

describe('cxvault key export', () => {
  it('makes a copy that brings an archive back whose keys were deleted', async () => {
    const place = await archive('robbed');
    const { code, document } = await desk.json([
      'key',
      'export',
      ...place,
      ...password,
      '--out',
      'safe/keys',
    ]);
    const names = (await readdir(desk.path('robbed/keys'), { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    expect({ code, document }).toMatchObject({
      code: 0,
      document: { out: desk.path('safe/keys'), slots: 1, rings: names.length - 1 },
    });
    expect((await readdir(desk.path('safe/keys'))).sort()).toEqual(['cxvault.json', 'keys']);
    await rm(desk.path('robbed/keys'), { recursive: true });
    expect((await desk.run(['verify', ...place, ...password])).code).toBe(12);
    await cp(desk.path('safe/keys/keys'), desk.path('robbed/keys'), { recursive: true });
    await expectWhole(place, password);
  });

  it('makes a copy that opens single objects without the archive', async () => {
    await mkdir(desk.path('copied.cxvault-part')); // left by one that was killed
    await writeFile(desk.path('copied.cxvault-part/stray'), 'stray');
    await desk.run(['key', 'export', '--archive', 'made', ...password, '--out', 'copied']);
    expect(await readdir(desk.path('copied'))).not.toContain('stray');
    await expect(stat(desk.path('copied.cxvault-part'))).rejects.toThrow('ENOENT');
    const records = await readdir(desk.path('made/data/records'), { recursive: true });
    const segment = records.find((name) => name.endsWith('.cxv')) ?? '';
    await cp(desk.path('made/data/records', segment), desk.path('segment.cxv'));
    const opened = await desk.run(['decrypt', 'segment.cxv', '--archive', 'copied', ...password]);
    expect(opened.stdout.trim().split('\n')).toHaveLength(interactions);
  });

  it('leaves nothing behind when a key is damaged, and no folder of others alone', async () => {
    const place = await archive('spoilt');
    const [ring = ''] = await readdir(desk.path('spoilt/keys/ring'));
    const file = desk.path('spoilt/keys/ring', ring);
    const bytes = await readFile(file);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    await rm(file);
    await writeFile(file, bytes);
    const before = await readdir(desk.folder);
    const failed = await desk.json(['key', 'export', ...place, ...password, '--out', 'never']);
    expect(failed).toMatchObject({ code: 3, document: { error: { code: 'ARCHIVE_DAMAGED' } } });
    expect(await readdir(desk.folder)).toEqual(before);
    await mkdir(desk.path('occupied'));
    await writeFile(desk.path('occupied/mine'), 'mine');
    const refused = await desk.run(['key', 'export', '--archive', 'made', ...password, '--out', 'occupied']);
    expect(refused.code).toBe(2);
    expect(await readdir(desk.path('occupied'))).toEqual(['mine']);
  });
});

// the moments are random; CXVAULT_SEED repeats them
const seed = Number(process.env['CXVAULT_SEED'] ?? Date.now() % 100_000);
const kills = 10;

describe(`cxvault key rotate (seed ${String(seed)})`, () => {
  it('leaves the archive readable whenever it is killed, and finishes when it is run again', async () => {
    const place = await archive('rotated');
    const keyFile = ['--key-file', 'second-key'];
    await desk.run([
      'key',
      'add',
      ...place,
      ...password,
      '--new-key-file',
      'second-key',
      '--generate',
      '--label',
      'two',
    ]);
    const rotate = ['key', 'rotate', ...place, ...password, '--other-key-file', 'second-key'];
    const first = await desk.run(rotate);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    for (let kill = 0; kill < kills; kill += 1) {
      const child = desk.start(rotate);
      const ended = once(child, 'exit');
      await pause(moment(kill, first.tookMs)); // the length of a life, not a wait for something to happen
      child.kill('SIGKILL');
      await ended;
      await expectWhole(place, kill % 2 === 0 ? password : keyFile);
    }
    const last = await desk.json(rotate);
    expect(last.code).toBe(0);
    const slots = await slotsOf(place, password);
    expect(slots.map(({ label }) => label).sort()).toEqual(['first', 'two']);
    expect(await desk.json(['key', 'list', ...place, ...password])).toMatchObject({
      document: { rotation_unfinished: false },
    });
    await expectWhole(place, password);
    await expectWhole(place, keyFile);
    // the other archives here have the same id, and must not be missed this run's entries
    const env = { ...desk.source, CXVAULT_CACHE_DIR: desk.path('cache-of-rotated') };
    desk.simulator.advance(120_000); // marks are changes too, and a run waits until changes are a minute old
    const again = await desk.json(['run', ...place, ...password], env);
    expect(again).toMatchObject({ code: 0, document: { failed_archives: 0 } });
  }, 120_000);

  it('asks for the secret of every slot, or for its end', async () => {
    const place = await archive('partly');
    await desk.run(['key', 'add', ...place, ...password, '--new-password-file', 'second', '--label', 'two']);
    const rotate = ['key', 'rotate', ...place, ...password];
    const refused = await desk.json(rotate);
    const other = (await slotsOf(place, password)).find(({ opens }) => opens === false)?.id ?? '';
    expect(refused).toMatchObject({
      code: 2,
      document: { error: { message: expect.stringContaining(other) as unknown } },
    });
    const { code, document } = await desk.json([...rotate, '--drop', other]);
    expect({ code, document }).toMatchObject({ code: 0, document: { slots: [{ label: 'first' }] } });
    expect((await desk.run(['verify', ...place, '--password-file', 'second'])).code).toBe(12);
    await expectWhole(place, password);
  });
});

/** Anywhere in the life of a rotation, most of which is the start of the process and the work of its passwords. */
function moment(kill: number, lifeMs: number): number {
  const mixed = Math.imul((seed + kill * 7_919) | 1, 2_654_435_761) >>> 0;
  return lifeMs * (0.3 + 0.7 * (mixed / 2 ** 32));
}

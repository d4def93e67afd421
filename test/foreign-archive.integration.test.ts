import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

// tools/python writes an archive by docs/format.md alone: what it holds, and cxvault's own writer never makes.

const root = fileURLToPath(new URL('..', import.meta.url));
const python = join(root, 'node_modules/.cache/python/bin/python');

/** What the Python script says that it wrote. */
interface Foreign {
  readonly tip: string;
  /** The newest version of each interaction. */
  readonly newest: Readonly<Record<string, { readonly media_metadata: readonly { object_key: string }[] }>>;
  /** By object key. */
  readonly media: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

interface Manifest {
  readonly interactions: readonly {
    readonly interaction_id: string;
    readonly files: readonly { readonly path: string; readonly media_id?: string }[];
  }[];
}

let folder: string;
let foreign: Foreign;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxvault-foreign-'));
  const script = join(root, 'tools/python/foreign_archive.py');
  foreign = JSON.parse(
    execFileSync(python, [script, at('archive')], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  ) as Foreign;
  writeFileSync(at('key'), Buffer.from(Array.from({ length: 32 }, (_, number) => number)));
  writeFileSync(at('password'), 'Gänsefüßchen'.normalize('NFC'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function at(name: string): string {
  return join(folder, name);
}

interface Outcome<T> {
  readonly exit: number | null;
  readonly document: T;
  readonly warnings: string;
}

function cxvault<T = unknown>(...args: string[]): Outcome<T> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'apps/cli/bin/run.js'), ...args],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, XDG_CACHE_HOME: at('cache') },
    },
  );
  return { exit: status, document: JSON.parse(stdout) as T, warnings: stderr };
}

function verify(...args: string[]): Outcome<{ damage: { object_key: string; problem: string }[] }> {
  return cxvault('verify', '--json', ...args);
}

const keyed = (archive = 'archive'): string[] => ['--archive', at(archive), '--key-file', at('key')];

describe('an archive that another program wrote', () => {
  it.each(['structure', 'checksum', 'sample', 'full'])('passes verify (%s)', (depth) => {
    const { exit, document, warnings } = verify(...keyed(), '--depth', depth, '--expect-tip', foreign.tip);
    expect([exit, document.damage, warnings]).toEqual([0, [], '']);
    expect(document).toMatchObject({
      ok: true,
      objects: { damaged: 0, missing: 0, leftover: 0 },
      journal: { runs: 4, entries: 7, damaged: 0, tips: [foreign.tip] },
      ...(depth === 'full' && {
        records: { checked: 15, damaged: 0 },
        media: { checked: Object.keys(foreign.media).length },
      }),
    });
  });

  it('passes verify without a key, with its password, and as a copy under another prefix', () => {
    expect(verify('--archive', at('archive'), '--public-only')).toMatchObject({ exit: 0, warnings: '' });
    expect(verify('--archive', at('archive'), '--password-file', at('password'))).toMatchObject({ exit: 0 });
    cpSync(at('archive'), at('another/prefix'), { recursive: true });
    expect(verify(...keyed('another/prefix'))).toMatchObject({ exit: 0 });
  });

  it('is restored: each newest version, byte for byte, and nothing that was erased', () => {
    expect(cxvault('restore', '--json', '--all', '--out', at('out'), ...keyed())).toMatchObject({
      exit: 0,
      document: { failed: [], missing: [], erased: [] },
    });
    const manifest = JSON.parse(readFileSync(at('out/manifest.json'), 'utf8')) as Manifest;
    const ids = [...Object.keys(foreign.newest), 'same time'].sort();
    expect(manifest.interactions.map(({ interaction_id: id }) => id).sort()).toEqual(ids);
    for (const { interaction_id: id, files } of manifest.interactions) {
      const expected = foreign.newest[id];
      if (expected === undefined) continue; // two versions that nothing orders
      const record = files.find(({ media_id: medium }) => medium === undefined)?.path ?? '';
      expect(JSON.parse(readFileSync(join(at('out'), record), 'utf8'))).toEqual(expected);
      const media = files.filter((file) => file.media_id !== undefined);
      expect(media.map(({ path }) => sha256(readFileSync(join(at('out'), path)))).sort()).toEqual(
        expected.media_metadata.map(({ object_key: key }) => foreign.media[key]?.sha256).sort(),
      );
    }
    const erased = cxvault('restore', '--json', '--interaction', 'gone', '--out', at('none'), ...keyed());
    expect(erased).toMatchObject({ exit: 3, document: { interactions: 0, erased: ['gone'] } });
  });

  it('is opened object by object', () => {
    for (const [number, [key, expected]] of Object.entries(foreign.media).slice(0, 8).entries()) {
      const out = at(`medium ${number}`);
      const opened = cxvault('decrypt', '--json', key, '--out', out, ...keyed());
      expect(opened).toMatchObject({ exit: 0, document: { ...expected, kind: 'media', object_key: key } });
      expect(sha256(readFileSync(out))).toBe(expected.sha256);
    }
  }, 60_000);
});

describe('what another program must not write', () => {
  it.each([
    ['needs', 2],
    ['few-iterations', 12],
    ['hidden-frame', 3],
    ['unlisted', 3],
  ])('is refused, and named: %s', (what, exit) => {
    const script = join(root, 'tools/python/foreign_faults.py');
    const named = execFileSync(python, [script, what, at(what)], { encoding: 'utf8' }).trim();
    const outcome = verify('--archive', at(what), ...secretOf(what));
    expect(outcome.exit).toBe(exit);
    expect(JSON.stringify(outcome.document)).toContain(named);
  });
});

function secretOf(what: string): string[] {
  return what === 'few-iterations' ? ['--password-file', at('password')] : ['--key-file', at('key')];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTenantDesk, type Report, succeed } from './support/tenant-desk.ts';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-new-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program of the workspace's Node, without what this test's own Jest has set. */
async function node(cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return await run(process.execPath, args, { cwd, env: { PATH: process.env['PATH'], INIT_CWD: folder } });
}

/** What `npm run new:storage …` runs. */
async function newStorage(...args: string[]): Promise<string> {
  return (await node(workspace, 'tools/new-storage/main.ts', ...args)).stdout;
}

describe('npm run new:storage', () => {
  const plugin = () => join(folder, 'tape');

  it('makes a plugin outside of the workspace that compiles', async () => {
    expect(await newStorage('tape', '--out', 'tape')).toContain(`cxvault-storage-tape is in ${plugin()}`);
    // In place of `npm install`, which the integration tests do.
    await symlink(join(workspace, 'node_modules'), join(plugin(), 'node_modules'));
    await node(plugin(), join(workspace, 'node_modules/typescript/bin/tsc'));
  });

  it('has the whole conformance suite wired, and passes it', async () => {
    const jest = join(workspace, 'node_modules/jest/bin/jest.js');
    const { stderr } = await node(plugin(), '--experimental-vm-modules', jest);
    const [, passed] = /^Tests: +(\d+) passed, \1 total$/m.exec(stderr) ?? [];
    expect(Number(passed)).toBeGreaterThanOrEqual(35);
  }, 120_000);

  it('takes under 150 lines besides the client of its service', async () => {
    const files = (await readdir(join(plugin(), 'src'))).filter((file) => file !== 'client.ts');
    const texts = await Promise.all(files.map((file) => readFile(join(plugin(), 'src', file), 'utf8')));
    const lines = texts.reduce((sum, text) => sum + text.trimEnd().split('\n').length, 0);
    expect(files).toHaveLength(3);
    expect(lines).toBeLessThan(150);
  });

  it('is what docs/plugins.md shows', async () => {
    const document = await readFile(join(workspace, 'docs/plugins.md'), 'utf8');
    const shown = [...document.matchAll(/^`([\w./-]+)`:\n\n```\w+\n([^]*?)^```$/gm)];
    expect(shown.map(([, path]) => path)).toEqual([
      'package.json',
      'src/hook.ts',
      'src/factory.ts',
      'src/store.ts',
      'test/conformance.test.ts',
    ]);
    for (const [, path = '', text = ''] of shown) {
      const made = await readFile(join(plugin(), path), 'utf8');
      // Prettier breaks lines of JSON in a document in another way than npm does.
      if (path.endsWith('.json')) expect(JSON.parse(text)).toEqual(JSON.parse(made));
      else expect({ path, text }).toEqual({ path, text: made });
    }
  });

  it('leaves nothing of the template behind', async () => {
    for (const file of await readdir(plugin(), { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.parentPath.includes('node_modules')) continue;
      const text = await readFile(join(file.parentPath, file.name), 'utf8');
      expect({ file: file.name, left: /pigeon|\{\{/i.exec(text)?.[0] }).toEqual({ file: file.name });
    }
  });

  it('is linked, archives, and its archive verifies', async () => {
    await using tenant = await openTenantDesk({ population: { interactions: 6 }, seed: 5 });
    const { desk } = tenant;
    desk.env['CXVAULT_ARCHIVE'] = `tape://${desk.path('objects')}`;
    await succeed(desk, ['plugins', 'link', '--no-install', plugin()]);
    await succeed(desk, ['init']);
    const report = await succeed<Report>(desk, ['run']);
    expect(report).toMatchObject({ successful_archives: 6, failed_archives: 0, marks: { sent: 6 } });
    expect(await succeed(desk, ['verify'])).toMatchObject({ ok: true, records: { checked: 6 } });
    await succeed(desk, ['plugins', 'unlink', 'cxvault-storage-tape']);
    const gone = await desk.json(['verify']);
    expect(gone.document).toMatchObject({ error: { code: 'SCHEME_UNKNOWN' } });
  });

  it.each([
    ['a name that is no scheme', ['No-Name'], 'No-Name is no name for a store'],
    ['no name', [], 'give one name: npm run new:storage NAME'],
    ['a folder that has something in it', ['tape', '--out', 'full'], 'full is not empty'],
    ['a package that is there', ['fs'], 'storage-fs is not empty'],
  ])('refuses %s', async (_, args, words) => {
    await rm(join(folder, 'full'), { recursive: true, force: true });
    await symlink(workspace, join(folder, 'full'));
    await expect(newStorage(...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(words) as unknown,
    });
  });
});

describe('a plugin inside of the workspace', () => {
  it('compiles, is lint-free and is referenced', async () => {
    const copy = join(folder, 'workspace');
    await copyWorkspace(copy);
    await node(copy, 'tools/new-storage/main.ts', 'tape');
    await symlink(join(copy, 'packages/storage-tape'), join(copy, 'node_modules/@cxvault/storage-tape'));
    const bin = (name: string) => join(workspace, 'node_modules', name);
    await node(copy, bin('prettier/bin/prettier.cjs'), '--check', 'packages/storage-tape', 'tsconfig.json');
    await node(copy, bin('typescript/bin/tsc'), '-b', 'packages/storage-tape');
    await node(copy, bin('typescript/bin/tsc'), '-p', 'packages/storage-tape/test');
    const lint = node(copy, bin('eslint/bin/eslint.js'), 'packages/storage-tape');
    expect(await lint.catch((error: unknown) => error)).toMatchObject({ stdout: '' });
    const { references } = JSON.parse(await readFile(join(copy, 'tsconfig.json'), 'utf8')) as {
      references: { path: string }[];
    };
    expect(references.map(({ path }) => path)).toContain('packages/storage-tape');
  }, 120_000);
});

/** The parts of this workspace that a plugin in it needs; what is installed is linked. */
async function copyWorkspace(copy: string): Promise<void> {
  const parts = ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'eslint.config.js'];
  const folders = ['packages', 'apps', 'tools/new-storage'];
  await mkdir(join(copy, 'node_modules', '@cxvault'), { recursive: true });
  for (const part of [...parts, ...folders])
    await cp(join(workspace, part), join(copy, part), {
      recursive: true,
      filter: (path) => !path.endsWith('node_modules'),
    });
  for (const name of await readdir(join(workspace, 'node_modules')))
    if (name !== '@cxvault' && name !== '.bin')
      await symlink(join(workspace, 'node_modules', name), join(copy, 'node_modules', name));
  for (const name of ['plugin-api', 'storage-testkit'])
    await symlink(join(copy, 'packages', name), join(copy, 'node_modules', '@cxvault', name));
  await writeFile(join(copy, '.gitignore'), 'node_modules\n');
}

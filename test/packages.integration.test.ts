import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from '@cxvault/cxone-simulator';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packAll } from '../tools/packages/pack.ts';

// The packages as they would be published, in a registry of this machine, installed by a user whose home is empty.
// Some 80 s, most of them npm's; other packages come from the registry that npm is configured with.

const workspace = fileURLToPath(new URL('..', import.meta.url));
const npmCli = join(workspace, 'node_modules', 'npm', 'bin', 'npm-cli.js');
const slowMs = 180_000;

let folder: string;
let registry: ChildProcess;
let env: Record<string, string>;
let token: string;
const app = () => join(folder, 'app');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-packages-'));
  await mkdir(app());
  await mkdir(join(folder, 'home'));
  registry = spawn(process.execPath, [join(workspace, 'tools/packages/registry.ts'), folder]);
  const url = await firstLine(registry);
  token = `--${url.slice('http:'.length)}:_authToken=x`;
  env = {
    HOME: join(folder, 'home'),
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    npm_config_registry: url,
    npm_config_update_notifier: 'false',
  };
  for (const file of await packAll(join(folder, 'packed'))) await npm(folder, 'publish', file, token);
}, slowMs);

afterAll(async () => {
  registry.kill();
  if (registry.exitCode === null) await once(registry, 'exit');
  await rm(folder, { recursive: true, force: true });
});

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the registry has no output');
  for await (const line of createInterface({ input: stdout })) return line;
  throw new Error('the registry did not start');
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(cwd: string, file: string, args: readonly string[]): Promise<Ended> {
  return await promisify(execFile)(file, args, { cwd, env }).then(
    (output) => ({ code: 0, ...output }),
    (error: unknown) => error as Ended,
  );
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ended(cwd, process.execPath, [npmCli, ...args]);
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** The installed program, as its user runs it. */
async function cxvault(...args: string[]): Promise<Ended> {
  return await ended(app(), join(app(), 'node_modules', '.bin', 'cxvault'), args);
}

async function json<Document>(...args: string[]): Promise<Document> {
  const { stdout, stderr } = await cxvault(...args, '--json');
  expect(stderr).not.toContain('warning');
  return JSON.parse(stdout) as Document;
}

interface StorageList {
  readonly storages: readonly { readonly scheme: string; readonly plugin: string }[];
  readonly installable: readonly { readonly scheme: string; readonly package: string }[];
}

async function schemes(): Promise<string[]> {
  const { storages } = await json<StorageList>('storage', 'list');
  return storages.map(({ scheme }) => scheme);
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Record<string, string | Record<string, string>>;
  readonly bin?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly oclif?: { readonly hooks?: Record<string, string | { target: string }> };
}

describe('the published packages', () => {
  const installed = (name: string) => join(app(), 'node_modules', name);

  it(
    'are installed into an empty folder, and the program starts',
    async () => {
      await npm(app(), 'install', 'cxvault', '@cxvault/storage-testkit', '@cxvault/cxone-simulator');
      const { stdout } = await cxvault('--version');
      expect(stdout).toMatch(/^cxvault\/\d+\.\d+\.\d+ /);
      expect(await schemes()).toEqual(['file', 's3']);
    },
    slowMs,
  );

  it('are whole, and have nothing of the workspace in them', async () => {
    const names = ['cxvault', ...(await readdir(installed('@cxvault'))).map((name) => `@cxvault/${name}`)];
    expect(names.length).toBeGreaterThanOrEqual(9);
    for (const name of names) {
      const text = await readFile(join(installed(name), 'package.json'), 'utf8');
      expect({ name, left: /@cxvault\/source|workspace:|devDependencies|"scripts"/.exec(text) }).toEqual({
        name,
        left: null,
      });
      const manifest = JSON.parse(text) as Manifest;
      for (const path of targets(manifest)) await stat(join(installed(name), path));
      for (const file of ['README.md', 'LICENSE']) await stat(join(installed(name), file));
      for (const [dependency, range] of Object.entries(manifest.dependencies ?? {}))
        if (dependency.startsWith('@cxvault/'))
          expect({ name, dependency, range }).toEqual({ name, dependency, range: manifest.version });
      const files = await readdir(installed(name), { recursive: true });
      expect(files.filter((file) => /\.tsbuildinfo$|(?<!\.d)\.ts$|(^|\/)test(\/|$)/.test(file))).toEqual([]);
    }
  });
});

/** Every file that a package.json promises. */
function targets({ exports, bin, oclif }: Manifest): string[] {
  const hooks = Object.values(oclif?.hooks ?? {}).map((hook) =>
    typeof hook === 'string' ? hook : hook.target,
  );
  return [
    ...Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    ),
    ...Object.values(bin ?? {}),
    ...hooks.map((path) => (path.endsWith('.js') ? path : `${path}.js`)),
  ];
}

describe('a plugin of ours', () => {
  it(
    'is installed by the command that cxvault names, and uninstalled',
    async () => {
      const { installable } = await json<StorageList>('storage', 'list');
      const azure = installable.find(({ scheme }) => scheme === 'az')?.package ?? '';
      expect(await json('plugins', 'install', azure)).toEqual({});
      expect(await schemes()).toEqual(['az', 'file', 's3']);
      expect(await json('plugins', 'uninstall', azure)).toEqual({});
      expect(await schemes()).toEqual(['file', 's3']);
    },
    slowMs,
  );
});

describe("somebody else's plugin", () => {
  it(
    'is made, compiled and examined with the published packages alone',
    async () => {
      const plugin = join(folder, 'tape');
      const maker = join(workspace, 'tools/new-storage/main.ts');
      expect(await ended(folder, process.execPath, [maker, 'tape', '--out', plugin])).toMatchObject({
        code: 0,
      });
      await npm(plugin, 'install');
      expect(await npm(plugin, 'test')).toMatch(/^Tests: +(\d+) passed, \1 total$/m);
      const said = await npm(plugin, 'publish', token);
      expect(said).not.toMatch(/ dist\/test|(?<!\.d)\.ts$/m);
    },
    slowMs,
  );

  it(
    'is installed from the registry, archives, verifies, and is uninstalled',
    async () => {
      expect(await json('plugins', 'install', 'cxvault-storage-tape')).toEqual({});
      expect(await schemes()).toEqual(['file', 's3', 'tape']);
      expect((await cxvault('plugins', 'list')).stdout).toContain('cxvault-storage-tape 0.1.0');
      const simulator = await startSimulator({ population: { interactions: 5 } });
      Object.assign(env, {
        CXONE_API_BASE: simulator.url,
        CXONE_CLIENT_ID: 'demo-client',
        CXONE_CLIENT_SECRET: 'demo-secret',
        CXONE_ARCHIVAL_FIELD_ID: 'archival_status',
        ARCHIVAL_ENCRYPTION_KEY: 'a password for this test',
        CXVAULT_ARCHIVE: `tape://${join(folder, 'objects')}`,
      });
      try {
        expect(await cxvault('init')).toMatchObject({ code: 0 });
        expect(await json('run')).toMatchObject({ successful_archives: 5, failed_archives: 0 });
        expect(await json('verify')).toMatchObject({ ok: true, records: { checked: 5 } });
      } finally {
        await simulator.close();
      }
      expect(await json('plugins', 'uninstall', 'cxvault-storage-tape')).toEqual({});
      expect(await schemes()).toEqual(['file', 's3']);
      expect(await json('verify')).toMatchObject({ error: { code: 'SCHEME_UNKNOWN', exit: 2 } });
    },
    slowMs,
  );

  it.each([
    ['cxvault-storage-nowhere', 'the registry has no package cxvault-storage-nowhere, or it does not answer'],
    ['cxvault-storage-tape@9.9.9', 'npm failed [command=npm install cxvault-storage-tape@9.9.9]'],
    ['@cxvault/crypto-codec', 'the package is no plugin: its package.json has no oclif part'],
  ])(
    'that is not there or is none is refused in plain words: %s',
    async (name, message) => {
      const { code, stdout } = await cxvault('plugins', 'install', name, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message } });
      expect(code).toBe(2);
      expect(await schemes()).toEqual(['file', 's3']);
    },
    slowMs,
  );
});

it('the simulator is a program of its own', async () => {
  const bin = join(app(), 'node_modules', '.bin', 'cxone-simulator');
  expect(await ended(app(), bin, ['--help'])).toMatchObject({ code: 0 });
});

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
/** Fields of a package.json that mean something in this workspace only. */
const ours = ['devDependencies', 'scripts'];
const sourceCondition = '@cxvault/source';

/**
 * Packs every package that is published, as it is published: without what works in this workspace alone. Gives the
 * tarballs' paths. `npm pack` in a package's folder would ship exports that lead to sources which are not in it.
 */
export async function packAll(out: string): Promise<string[]> {
  const stage = await mkdtemp(join(tmpdir(), 'cxvault-pack-'));
  try {
    const manifests = await Array.fromAsync(glob('{packages,apps}/*/package.json', { cwd: workspace }));
    const folders = manifests.map((file) => `./${dirname(file)}`).sort();
    const listed = await npm(workspace, 'pack', '--dry-run', '--json', ...folders);
    for (const [index, { files }] of listed.entries()) await stagePackage(folders[index] ?? '', files, stage);
    await mkdir(out, { recursive: true });
    const packed = await npm(stage, 'pack', '--json', '--pack-destination', resolve(out), ...folders);
    return packed.map(({ filename }) => join(resolve(out), filename)).sort();
  } finally {
    await rm(stage, { recursive: true });
  }
}

async function stagePackage(folder: string, files: Packed['files'], stage: string): Promise<void> {
  const from = join(workspace, folder);
  const to = join(stage, folder);
  for (const { path } of files) if (!isStale(from, path)) await cp(join(from, path), join(to, path));
  await cp(join(workspace, 'LICENSE'), join(to, 'LICENSE'));
  const manifest: unknown = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  await writeFile(join(to, 'package.json'), `${JSON.stringify(manifest, withoutOurs, 2)}\n`);
}

function withoutOurs(key: string, value: unknown): unknown {
  return key === sourceCondition || ours.includes(key) ? undefined : value;
}

/** True for what was built from a source that is not there any more: `tsc` leaves it. */
function isStale(folder: string, path: string): boolean {
  const [, name] = /^dist\/(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(path) ?? [];
  return name !== undefined && !existsSync(join(folder, 'src', `${name}.ts`));
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

async function npm(cwd: string, ...args: string[]): Promise<readonly Packed[]> {
  const npmCli = join(workspace, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const { stdout } = await promisify(execFile)(process.execPath, [npmCli, ...args, '--ignore-scripts'], {
    cwd,
    maxBuffer: 16_777_216, // bytes; the list of all files
  });
  const packed: unknown = JSON.parse(stdout);
  if (!Array.isArray(packed) || !packed.every(isPacked))
    throw new Error(`npm ${args.join(' ')} said nothing`);
  return packed;
}

function isPacked(value: object): value is Packed {
  return 'filename' in value && 'files' in value && Array.isArray(value.files);
}

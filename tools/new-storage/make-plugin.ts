import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const template = fileURLToPath(new URL('template/', import.meta.url));

/** What to make, and where. */
export interface Order {
  /** The scheme of the plugin's addresses: `name://…`. */
  readonly name: string;
  /** A folder outside of the workspace; without it the plugin becomes a package of the workspace. */
  readonly out?: string;
  /** What `out` is relative to. */
  readonly from: string;
}

/** What was made, and what its author does next. */
export interface Made {
  readonly package: string;
  readonly folder: string;
  readonly next: readonly string[];
}

/** Copies the template under the new name. Throws when the name is no scheme or the folder is taken. */
export async function makePlugin({ name, out, from }: Order): Promise<Made> {
  // Also a class name and a part of a package's name, so less than what a URL would allow.
  if (!/^[a-z][a-z0-9]{1,30}$/.test(name))
    throw new Error(`${name} is no name for a store: use small letters and digits, as in az or s3`);
  const folder = out === undefined ? join(workspace, 'packages', `storage-${name}`) : resolve(from, out);
  const packageName = `${out === undefined ? '@cxvault/' : 'cxvault-'}storage-${name}`;
  await makeEmptyFolder(folder);
  for (const part of ['plugin', out === undefined ? 'workspace' : 'outside'])
    await cp(join(template, part), folder, { recursive: true });
  await fillIn(folder, new Map([...(await versions()), ['package', packageName]]), name);
  if (out === undefined) {
    await addReference(`packages/storage-${name}`);
    return { package: packageName, folder, next: ['npm install', 'npm run build', 'npm test'] };
  }
  // npm would leave a file of this name out of packages, and take it for its own.
  await rename(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const next = [`cd ${folder}`, 'npm install', 'npm test', `cxvault plugins link ${folder}`];
  return { package: packageName, folder, next };
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
}

type Values = ReadonlyMap<string, unknown>;

/** The versions of this workspace: of its packages, and of the tools that an author needs too. */
async function versions(): Promise<Values> {
  const api = fieldsOf(await readJson('packages/plugin-api/package.json'));
  const tools = fieldsOf(fieldsOf(await readJson('package.json')).get('devDependencies'));
  return new Map([...tools, ['version', api.get('version')]]);
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(workspace, path), 'utf8'));
}

function fieldsOf(value: unknown): Values {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** The template is called pigeon all over: a word that stands for nothing else in it. */
async function fillIn(folder: string, values: Values, name: string): Promise<void> {
  const className = name.charAt(0).toUpperCase() + name.slice(1);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = (await readFile(path, 'utf8'))
      .replaceAll('pigeon', name)
      .replaceAll('Pigeon', className)
      .replaceAll(/\{\{([^}]+)\}\}/g, (_, key: string) => valueOf(values, key));
    await writeFile(path, text);
  }
}

function valueOf(values: Values, key: string): string {
  const value = values.get(key);
  if (typeof value !== 'string') throw new Error(`the template asks for ${key}, which nobody gives`);
  return value;
}

/** `npm run typecheck` builds what the root's tsconfig.json names. */
async function addReference(path: string): Promise<void> {
  const file = join(workspace, 'tsconfig.json');
  const text = await readFile(file, 'utf8');
  const last = text.lastIndexOf('{ "path": "packages/');
  const end = text.indexOf('\n', last);
  await writeFile(file, `${text.slice(0, end)}\n    { "path": "${path}" },${text.slice(end)}`);
}

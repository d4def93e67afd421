import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Desk } from '../../apps/cli/test/cli-process.ts';
import { type Report, succeed, type TenantDesk } from './tenant-desk.ts';

/** What is read of the report of a run on several archives. */
export interface SeveralReport extends Report {
  readonly archives: readonly {
    readonly archive: string;
    readonly state: string;
    readonly caught_up: { readonly objects: number; readonly entries: number };
    readonly reason?: string;
  }[];
}

/** Every file of a folder with its bytes, but for locks and what is not finished. */
export async function contentOf(desk: Desk, folder: string): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  const root = desk.path(folder);
  for (const file of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const key = relative(root, path);
    if (key.startsWith('locks') || key.startsWith('.cxvault-unfinished')) continue;
    content.set(key, (await readFile(path)).toString('base64'));
  }
  return content;
}

/** Installs plugins of this workspace for a desk, as `cxvault plugins link` does. */
export async function linkPlugins(desk: Desk, ...packages: readonly string[]): Promise<void> {
  const plugins = packages.map((name) => ({
    name: `@cxvault/${name}`,
    root: fileURLToPath(new URL(`../../packages/${name}`, import.meta.url)),
    type: 'link',
  }));
  const home = desk.env['HOME'] ?? desk.folder;
  const file = join(home, '.local', 'share', 'cxvault', 'package.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ oclif: { schema: 1, plugins }, private: true }));
}

/** What one tenant in several archives came to. */
export interface Ending {
  readonly states: readonly string[];
  readonly marked: number;
  readonly pending: number;
  /** Of each archive: what a full verify said. */
  readonly verified: readonly { readonly ok: boolean; readonly records: { readonly checked: number } }[];
  /** Of each archive: what restoring everything wrote. */
  readonly restored: readonly ReadonlyMap<string, string>[];
}

/**
 * Archives a tenant into a folder and other places at once, and removes the data of the folder half way. Then each is
 * verified and restored by itself.
 */
export async function losingHalfWay(
  { desk, tenant }: TenantDesk,
  others: readonly URL[],
  half: number,
): Promise<Ending> {
  const places = ['./a', ...others.map(({ href }) => href)];
  const archives = places.flatMap((url) => ['--archive', url]);
  await succeed(desk, ['init', '--archive', './a']);
  for (const { href } of others) await succeed(desk, ['replicate', '--from', './a', '--to', href]);
  await succeed(desk, ['run', ...archives, '--limit', String(half)]);
  await rm(desk.path('a', 'data'), { recursive: true });
  tenant.advance(61_000); // what was marked just now can be trusted
  const report = await succeed<SeveralReport>(desk, ['run', ...archives]);
  const verified: Ending['verified'][number][] = [];
  const restored: Map<string, string>[] = [];
  for (const [at, archive] of places.entries()) {
    verified.push(await succeed(desk, ['verify', '--archive', archive]));
    const out = `out-${String(at)}`;
    await succeed(desk, ['restore', '--archive', archive, '--out', out, '--all']);
    await rm(desk.path(out, 'manifest.json')); // it says when, and from where
    restored.push(await contentOf(desk, out));
  }
  return {
    states: report.archives.map(({ state }) => state),
    marked: tenant.truth().marked,
    pending: report.marks.pending,
    verified,
    restored,
  };
}

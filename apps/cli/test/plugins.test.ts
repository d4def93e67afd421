import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collectStorages } from '../src/plugins/storages.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
  await writeFile(desk.path('key'), Buffer.alloc(32, 7), { mode: 0o600 });
  const { code, stderr } = await desk.run(['init', '--archive', 'archive', '--key-file', 'key']);
  if (code !== 0) throw new Error(stderr);
});
afterAll(async () => {
  await desk.close();
});

/** The text of an `open` that ends in a way of its own. */
const opened = `throw new Error('opened by the plugin');`;

/** A hook's module with one factory. */
function bringing(scheme: string, open = opened, contractVersion = 1): string {
  const factory = `{ schemes: ['${scheme}'], open: () => { ${open} } }`;
  return `export default () => ({ contractVersion: ${contractVersion}, factories: [${factory}] });`;
}

/** Plugin folders as somebody else would make them. */
async function pluginFolder(name: string, module: string): Promise<string> {
  const folder = desk.path('plugins', name);
  await mkdir(folder, { recursive: true });
  const hooks = { 'cxvault:storage': './hook.js' };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, version: '1.0.0', type: 'module', oclif: { hooks } }),
  );
  await writeFile(join(folder, 'hook.js'), module);
  return folder;
}

/** A home of its own with plugins linked, in the form that `plugins link` writes. */
async function homeWith(plugins: Record<string, string>): Promise<{ HOME: string }> {
  const linked = await Promise.all(
    Object.entries(plugins).map(async ([name, module]) => ({
      name,
      root: await pluginFolder(name, module),
      type: 'link',
    })),
  );
  const home = desk.path('homes', Object.keys(plugins).join('+'));
  const data = join(home, '.local', 'share', 'cxvault');
  await mkdir(data, { recursive: true });
  const file = { private: true, oclif: { schema: 1, plugins: linked } };
  await writeFile(join(data, 'package.json'), JSON.stringify(file));
  return { HOME: home };
}

const status = (archive: string): string[] => ['status', '--archive', archive, '--key-file', 'key'];

describe('a plugin', () => {
  it('brings its schemes when its folder is linked, and takes them along', async () => {
    const home = { HOME: desk.path('homes', 'linking') };
    const folder = await pluginFolder('tape', bringing('tape'));
    expect(await desk.run(['plugins', 'link', '--no-install', folder], home)).toMatchObject({ code: 0 });
    expect((await desk.run(['plugins', 'list'], home)).stdout).toContain('tape');
    expect((await desk.run(['storage', 'list'], home)).stdout).toMatch(/^tape: +tape 1\.0\.0$/m);
    expect(await desk.run(['plugins', 'uninstall', 'tape'], home)).toMatchObject({ code: 0 });
    expect((await desk.run(['storage', 'list'], home)).stdout).not.toContain('tape');
  });

  it('that cannot open its store is named, with its reason', async () => {
    const home = await homeWith({ tape: bringing('tape') });
    const { code, document } = await desk.json(status('tape:///a'), home);
    expect(document).toMatchObject({
      error: {
        code: 'PLUGIN_FAILED',
        message: 'plugin tape could not open the scheme tape: opened by the plugin',
        hint: expect.stringContaining('cxvault plugins install tape@latest') as unknown,
      },
    });
    expect(code).toBe(1);
  });

  it('that opens something else than a store is named', async () => {
    const home = await homeWith({ tape: bringing('tape', 'return Promise.resolve({});') });
    const { document } = await desk.json(status('tape:///a'), home);
    expect(document).toMatchObject({
      error: {
        code: 'PLUGIN_FAILED',
        message: 'plugin tape could not open the scheme tape: what it opened has no function put',
      },
    });
  });

  it('may refuse an address in its own words', async () => {
    const brand = `Object.assign(new Error('no such tape'), { [Symbol.for('cxvault.error')]: true, code: 'CONFIG_INVALID' })`;
    const home = await homeWith({ tape: bringing('tape', `throw ${brand};`) });
    const { code, document } = await desk.json(status('tape:///a'), home);
    expect(document).toMatchObject({ error: { code: 'CONFIG_INVALID', message: 'no such tape' } });
    expect(code).toBe(2);
  });

  it('may print what it likes: stdout has the result alone', async () => {
    const noise = `console.log('loading'); process.stdout.write('more');`;
    const open = `console.log('opening'); ${opened}`;
    const home = await homeWith({ loud: `${noise} ${bringing('tape', open)}` });
    const { document, stderr } = await desk.json(status('tape:///a'), home);
    expect(document).toMatchObject({ error: { code: 'PLUGIN_FAILED' } });
    expect(stderr).toMatch(/loading[^]*more[^]*opening/);
    expect(await desk.json(['storage', 'list'], home)).toMatchObject({ code: 0 });
  });
});

describe('two plugins with one scheme', () => {
  it('are both named when it is used, and the hint removes the one that can be', async () => {
    const home = await homeWith({ '-before-ours': bringing('file') });
    const { code, document } = await desk.json(status('archive'), home);
    expect(document).toMatchObject({
      error: {
        code: 'PLUGIN_CONFLICT',
        message: 'two plugins bring the scheme file: -before-ours and @cxvault/storage-fs',
        hint: 'remove one of them: cxvault plugins uninstall -before-ours',
      },
    });
    expect(code).toBe(2);
  });

  it('break nothing else', async () => {
    const home = await homeWith({ one: bringing('tape'), two: bringing('tape') });
    expect(await desk.run(status('archive'), home)).toMatchObject({ code: 0, stderr: '' });
    const list = await desk.run(['storage', 'list'], home);
    expect(list).toMatchObject({ code: 0 });
    expect(list.stdout).toContain('tape: cannot be used while both one and two bring it');
  });
});

describe('a plugin that cannot be used', () => {
  it.each([
    ['throws while loading', `throw new Error('it fell over');`, 'it fell over'],
    ['is no JavaScript', 'export default (;', "Unexpected token ';'"],
    ['throws in its hook', `export default () => { throw new Error('no'); };`, 'no'],
    ['throws nothing', `export default () => { throw null; };`, 'it failed and did not say why'],
    ['has no hook', `export const other = 1;`, './hook.js has no function as its default export'],
    [
      'answers nothing',
      `export default () => undefined;`,
      'its hook does not say for which contractVersion it is',
    ],
    [
      'answers no factories',
      `export default () => ({ contractVersion: 1 });`,
      'its hook returns no list of factories',
    ],
    [
      'answers something else',
      `export default () => ({ contractVersion: 1, factories: [{ schemes: 'tape' }] });`,
      'factory 0 of its hook has no list of schemes or no function open',
    ],
    [
      'is of another contract',
      bringing('tape', '', 99),
      'it was built for contract version 99, and this cxvault has 1',
    ],
  ])('because it %s is named, and keeps nothing else from working', async (why, module, reason) => {
    const name = why.replaceAll(' ', '-');
    const home = await homeWith({ [name]: module, tapes: bringing('tape') });
    const help = await desk.run(['--help'], home);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    const list = await desk.json(['storage', 'list'], home);
    expect(list.document).toMatchObject({
      storages: [{ scheme: 'file' }, { scheme: 's3' }, { scheme: 'tape', plugin: 'tapes' }],
      refused: [{ plugin: name, version: '1.0.0', reason }],
    });
    const works = await desk.run(status('archive'), home);
    expect(works).toMatchObject({ code: 0, stderr: `warning: plugin ${name} is not used: ${reason}\n` });
  });

  it('and whose folder is gone is named, and says how to get rid of it', async () => {
    const home = await homeWith({ moved: bringing('tape') });
    await rm(desk.path('plugins', 'moved'), { recursive: true });
    expect(await desk.run(['--help'], home)).toMatchObject({ code: 0 });
    const { code, stderr } = await desk.run(status('archive'), home);
    expect(stderr).toContain('plugin moved is not used: it cannot be loaded from its package.json in');
    expect(code).toBe(0);
    expect(await desk.run(['plugins', 'uninstall', 'moved'], home)).toMatchObject({ code: 0 });
    expect(await desk.run(status('archive'), home)).toMatchObject({ code: 0, stderr: '' });
  });

  it('because it never answers is named when its time is over', async () => {
    const home = await homeWith({
      'hangs-loading': `await new Promise(() => {}); ${bringing('tape')}`,
      'hangs-later': 'export default () => new Promise(() => {});',
      works: bringing('tape'),
    });
    process.env['CXVAULT_DATA_DIR'] = join(home.HOME, '.local', 'share', 'cxvault');
    try {
      const root = fileURLToPath(new URL('..', import.meta.url));
      const { offered, refused } = await collectStorages(await Config.load({ root }), 1_000);
      const reason = 'it did not answer within 1 s';
      expect(refused).toMatchObject([
        { plugin: 'hangs-later', reason },
        { plugin: 'hangs-loading', reason },
      ]);
      expect(offered.map(({ plugin }) => plugin)).toContain('works');
    } finally {
      delete process.env['CXVAULT_DATA_DIR'];
    }
  });

  it('brings no scheme; who asks for one is told of it', async () => {
    const home = await homeWith({ broken: `throw new Error('it fell over');` });
    const { code, document } = await desk.json(status('tape:///a'), home);
    expect(document).toMatchObject({
      error: {
        code: 'SCHEME_UNKNOWN',
        message: 'no installed plugin brings the scheme tape; not used: broken (it fell over)',
        hint: 'available now: file, s3',
      },
    });
    expect(code).toBe(2);
  });

  it('because it is of another contract is to be updated, by who wants its scheme', async () => {
    const home = await homeWith({ beams: bringing('beam', '', 99) });
    const { code, document } = await desk.json(status('beam:///a'), home);
    expect(document).toMatchObject({
      error: {
        code: 'PLUGIN_INCOMPATIBLE',
        message: expect.stringContaining('beams (it was built for contract version 99') as unknown,
        hint: 'update the plugin: cxvault plugins install beams@latest',
      },
    });
    expect(code).toBe(2);
    const other = await desk.json(status('az://container/a'), home);
    expect(other.document).toMatchObject({
      error: {
        code: 'SCHEME_UNKNOWN',
        hint: expect.stringMatching(
          /^install it: cxvault plugins install @cxvault\/storage-azure;/,
        ) as unknown,
      },
    });
  });
});

describe('a plugin that ends the process', () => {
  it.each([
    ['by leaving', `process.exit(0); ${bringing('tape')}`, 'the process was ended before'],
    ['by waiting for nothing', bringing('tape', 'return new Promise(() => {});'), 'the process was ended'],
    [
      'by an error that nobody catches',
      bringing('tape', `return new Promise(() => setTimeout(() => { throw new Error('too late'); }));`),
      'too late',
    ],
  ])('%s does not make it look like success', async (why, module, message) => {
    const name = why.replaceAll(' ', '-');
    const { code, document } = await desk.json(status('tape:///a'), await homeWith({ [name]: module }));
    expect(document).toMatchObject({
      error: { code: 'INTERNAL', message: expect.stringContaining(message) as unknown },
    });
    expect(JSON.stringify(document)).toContain(name);
    expect(code).toBe(1);
  });
});

describe('a scheme that nobody brings', () => {
  it.each([
    ['az://container/a', 'install it: cxvault plugins install @cxvault/storage-azure'],
    ['gs://bucket/a', 'install it: cxvault plugins install @cxvault/storage-gcs'],
    ['s4://bucket/a', 'did you mean s3? available'],
    ['azz://container/a', 'did you mean az? (cxvault plugins install @cxvault/storage-azure) available'],
    ['tape:///a', 'available now: file, s3'],
  ])('%s: %s', async (archive, hint) => {
    const { code, document } = await desk.json(status(archive));
    expect(document).toMatchObject({
      error: { code: 'SCHEME_UNKNOWN', hint: expect.stringContaining(hint) as unknown },
    });
    expect(code).toBe(2);
  });
});

describe('cxvault plugins', () => {
  it.each([
    ['a folder without a plugin', 'nothing-here', /^there is no plugin in this folder.*nothing-here\]$/],
    ['a package that is no plugin', 'no-plugin', /^the package is no plugin: /],
  ])('does not link %s', async (_, name, message) => {
    const folder = desk.path('plugins', name);
    await mkdir(folder, { recursive: true });
    if (name === 'no-plugin') await writeFile(join(folder, 'package.json'), JSON.stringify({ name }));
    const { code, document } = await desk.json(['plugins', 'link', folder], {
      HOME: desk.path('homes', name),
    });
    expect(document).toMatchObject({
      error: { code: 'USAGE', message: expect.stringMatching(message) as unknown },
    });
    expect(code).toBe(2);
  });
});

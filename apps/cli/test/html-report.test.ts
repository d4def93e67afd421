import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureRemedy, markRemedy } from '../src/present/remedies.ts';
import { html } from '../src/present/html/markup.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const interactions = 40;
const locked = ['--archive', 'archive', '--key-file', 'key'];

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
    media: { kind: 'wav', perInteraction: 1, bytes: [500, 900] },
    faults: { denied: { fraction: 0.1 }, mediaMissing: { fraction: 0.1 }, locked: { fraction: 0.1 } },
  });
  await desk.run(['init', ...locked]);
});
afterAll(async () => {
  await desk.close();
});

async function page(name: string): Promise<string> {
  return await readFile(desk.path(name), 'utf8');
}

describe('the page of a run', () => {
  it('shows what the report says, with the remedy of each failure, and changes nothing of the report', async () => {
    const { code, document } = await desk.json(
      ['run', ...locked, '--html', 'run.html', '--report-records', 'none'],
      desk.source,
    );
    expect(code).toBe(3);
    const {
      successful_archives: archived,
      failed_archives: failed,
      run_id,
      tips,
      failed_records,
    } = document as {
      successful_archives: number;
      failed_archives: number;
      run_id: string;
      tips: string[];
      failed_records: unknown[];
    };
    expect(failed).toBeGreaterThan(0);
    expect(failed_records).toEqual([]);
    expect(Object.keys(document as object)).not.toContain('history');
    const text = await page('run.html');
    for (const words of [
      run_id,
      ...tips,
      `Archived ${String(archived)} of ${String(interactions)} interactions`,
      failureRemedy('denied [status=403]').remedy,
      markRemedy('denied [status=403]').remedy,
      'What is covered',
      'No verify on this machine yet',
      'budget 50',
      'per 1,000 archived',
    ]) {
      expect(text).toContain(words);
    }
    expect((await stat(desk.path('run.html'))).mode & 0o777).toBe(0o600);
  });

  it('holds no secret, no script and no address to fetch from', async () => {
    const text = await page('run.html');
    for (const secret of [
      's3cret-of-the-client',
      'Bearer',
      'signature=',
      '<script',
      'style=',
      'src=',
      'href=',
      'url(',
    ])
      expect(text).not.toContain(secret);
    expect(text).toContain('default-src &#39;none&#39;; style-src &#39;sha256-');
  });

  it('says of a later run what a verify proved', async () => {
    expect((await desk.run(['verify', ...locked])).code).toBe(0);
    desk.simulator.configure({});
    desk.simulator.advance(80_000);
    const { code } = await desk.run(['run', ...locked, '--html', 'second.html'], desk.source);
    expect(code).toBe(0);
    const text = await page('second.html');
    expect(text).toContain('opened and compared with the journal');
    expect(text).toMatch(/Last verifies[\s\S]*the whole archive[\s\S]*no damage/);
    expect(text).toContain(`<p class="lead">${String(interactions)} interactions in `);
    expect(text).not.toContain('<h2>Failures</h2>');
  });

  it('can be asked for in the configuration file', async () => {
    await writeFile(
      desk.path('page.json'),
      '{"run":{"html":"by-config.html"},"verify":{"html":"verify-by-config.html"}}',
    );
    desk.simulator.advance(80_000);
    await desk.run(['run', ...locked, '--config', 'page.json'], desk.source);
    await desk.run(['verify', ...locked, '--config', 'page.json']);
    expect(await page('by-config.html')).toMatch(/^<!doctype html>\n/);
    expect(await page('verify-by-config.html')).toMatch(/^<!doctype html>\n/);
  });

  it('is made of a run into envelopes as well', async () => {
    const args = ['run', '--archive', 'envelopes', '--format', 'envelope', '--html', 'envelopes.html'];
    await mkdir(desk.path('envelopes'));
    const env = { ...desk.source, ARCHIVAL_ENCRYPTION_KEY: desk.secret('of the envelopes') };
    expect((await desk.run(args, env)).code).toBe(0);
    expect(await page('envelopes.html')).toContain('Envelopes have no journal');
  });
});

describe('the page of a verify', () => {
  it('names damage, what it costs and the remedy; without damage it says so', async () => {
    expect((await desk.run(['verify', ...locked, '--sample', '50%', '--html', 'whole.html'])).code).toBe(0);
    expect(await page('whole.html')).toMatch(
      /No damage found: a sample was opened[\s\S]*What the sample proves/,
    );
    const media = await readdir(desk.path('archive/data/media'), { recursive: true, withFileTypes: true });
    const object = media.find((entry) => entry.isFile());
    await writeFile(`${object?.parentPath ?? ''}/${object?.name ?? ''}`, 'what is left of it');
    const { code, document } = await desk.json(['verify', ...locked, '--html', 'damaged.html']);
    expect(code).toBe(3);
    const { damage } = document as { damage: { object_key: string; interactions: string[] }[] };
    const text = await page('damaged.html');
    for (const words of [
      'Damage found',
      'Put the object back',
      damage[0]?.object_key,
      damage[0]?.interactions[0],
    ])
      expect(text).toContain(words);
  });
});

describe('a page that cannot be written', () => {
  it('is noticed before the work when its folder is missing', async () => {
    const asked = desk.simulator.stats().families.query.requests;
    for (const command of ['run', 'verify']) {
      const { code, stderr } = await desk.run(
        [command, ...locked, '--html', 'nowhere/page.html'],
        desk.source,
      );
      expect(stderr).toMatch(/hint: {2}make the folder, or give another place with --html/);
      expect(code).toBe(2);
    }
    expect(desk.simulator.stats().families.query.requests).toBe(asked);
  });

  it('costs nothing but itself, and leaves no part of it', async () => {
    // The name is just short enough; that of the file which is to become the page is not.
    const file = `${'x'.repeat(245)}.html`;
    desk.simulator.advance(80_000);
    const run = await desk.json(['run', ...locked, '--html', file], desk.source);
    expect(run.document).toMatchObject({ failed_archives: 0, error: { code: 'OUTPUT_FAILED', exit: 1 } });
    expect(run.code).toBe(1);
    const verify = await desk.json(['verify', ...locked, '--depth', 'structure', '--html', file]);
    expect(verify.document).toMatchObject({ depth: 'structure', error: { code: 'OUTPUT_FAILED' } });
    expect(verify.code).toBe(1);
    expect((await readdir(desk.folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('markup', () => {
  it('shows what comes from outside, and never obeys it', () => {
    const foreign = `<script>alert(1)</script>"'&\u001B[2J\u202E`;
    expect(String(html`<td title="${foreign}">${[foreign, 7, undefined, false]}</td>`)).toBe(
      '<td title="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\u{1b}[2J\\u{202e}">' +
        '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\u{1b}[2J\\u{202e}7</td>',
    );
    expect(String(html`<b>${html`<i>${'<'}</i>`}</b>`)).toBe('<b><i>&lt;</i></b>');
  });
});

describe('remedies', () => {
  it('know every reason that the code gives', async () => {
    const folders = ['packages/core/src', 'packages/cxone-connector/src'];
    const texts = await Promise.all(folders.map(sources));
    const reasons = new Set(
      texts.flat().flatMap((text) => [...text.matchAll(/reason: '([a-z-]+)'/g)].map(([, code = '']) => code)),
    );
    // Why a run takes an item of work, and what is shown of erased interactions: no failures.
    for (const other of ['listed', 'asked', 'failure', 'absent', 'allowed']) reasons.delete(other);
    expect(reasons.size).toBeGreaterThan(8);
    const unknown = failureRemedy('never-heard-of');
    for (const reason of [
      ...reasons,
      'server-error',
      'refused',
      'denied',
      'gone',
      'media-transfer',
      'media-network',
    ])
      expect({ reason, known: markRemedy(reason) !== unknown }).toEqual({ reason, known: true });
    expect(failureRemedy('constructor')).toBe(unknown);
  });
});

async function sources(folder: string): Promise<string[]> {
  const root = new URL(`../../../${folder}/`, import.meta.url);
  const files = await readdir(root, { recursive: true });
  const code = files.filter((name) => name.endsWith('.ts'));
  return await Promise.all(code.map((name) => readFile(new URL(name, root), 'utf8')));
}

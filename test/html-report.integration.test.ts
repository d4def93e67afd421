import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunReport, VerifyReport } from '@cxvault/core';
import { systemClock } from '@cxvault/core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { runPage } from '../apps/cli/src/present/html/run-page.ts';
import { verifyPage } from '../apps/cli/src/present/html/verify-page.ts';
import { RunHistory } from '../apps/cli/src/work/run-history.ts';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = browsers.find((path) => existsSync(path));
if (executablePath === undefined) {
  process.stderr.write(`the pages are not looked at: none of ${browsers.join(', ')} is installed\n`);
}
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

const tool = 'cxvault 0.0.0';
let folder: string;
let listener: Server;
let asked: string[];

/** What a tenant could send to get at whoever opens the page. */
function hostile(address: string): string {
  return `"'><script>window.owned = 1</script><img src="${address}/img" onerror="window.owned = 2"><style>@import url(${address}/css);</style></title></svg>\u202E`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-pages-'));
  asked = [];
  listener = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const text = hostile(`http://127.0.0.1:${String(port)}`);
  await writeFile(join(folder, 'run.html'), runPage(await runStory(text)));
  await writeFile(join(folder, 'verify.html'), verifyPage(verifyStory(text)));
});
afterAll(async () => {
  await new Promise((resolve) => listener.close(resolve));
  await rm(folder, { recursive: true });
});

const startedAt = systemClock.now() - 600_000;

async function runStory(text: string): Promise<Parameters<typeof runPage>[0]> {
  const history = new RunHistory({ ...systemClock, now: () => startedAt });
  const types = new Map([
    ['voice', 1_000],
    [text, 3],
    ['', 2],
  ]);
  for (let commit = 1; commit <= 5; commit += 1)
    history.onCommit({ at: startedAt + commit * 100_000, archived: 1_005, failed: 2, types });
  const budgets = history.watch(() => ({
    acquire: () => Promise.resolve({ done: () => undefined }),
    close: () => undefined,
  }))({ issuer: 'i', tenant: 't', rules: { query: { limit: 10, perMs: 1_000 } } });
  for (let call = 0; call < 7; call += 1)
    (await budgets.acquire('query')).done({ status: call === 0 ? 429 : 200 });
  history.archive = {
    days: Array.from({ length: 400 }, (_, index) => ({
      day: new Date(startedAt - (400 - index) * 86_400_000).toISOString().slice(0, 10),
      interactions: 100 + index,
      versions: 110 + index,
      bytes: 1_000_000,
    })),
    lanes: [
      {
        lane: 'update',
        origin: '2026-01-01T00:00:00.000Z',
        lowWaterMark: '2026-02-01T00:00:00.000Z',
        covered: [
          { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
          { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' },
        ],
        gaps: [{ from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' }],
      },
    ],
    verifies: [
      {
        at: '2026-01-02T03:04:05.000Z',
        depth: 'full',
        ok: false,
        damage: 2,
        objects: 9,
        proven_before: 0,
        bytes: 1,
      },
    ],
    proven: [{ depth: 'full', objects: 12, oldest: startedAt, newest: startedAt }],
  };
  const failure = { code: 'SOURCE_UNREACHABLE', message: text, hint: text, exit: 20 } as const;
  return { report: reportOf(text), failure, exit: 20, history, tool };
}

function reportOf(text: string): RunReport {
  return {
    total_interactions: 5_035,
    successful_archives: 5_025,
    failed_archives: 10,
    retried_and_succeeded: 3,
    success_rate: '99.80%',
    archived_records: [],
    failed_records: Array.from({ length: 10 }, () => ({
      interaction_id: text,
      reason: text,
      request_id: text,
    })),
    generated_at: new Date(startedAt + 600_000).toISOString(),
    run_id: text,
    archive: text,
    profile: text,
    windows: [{ lane: 'update', from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' }],
    tips: ['f'.repeat(64)],
    unchanged: 7,
    given_up: 1,
    media: { archived: 4_000, bytes: 9e9, absent: 20, provisional: 5 },
    bytes: { plaintext: 1e10, stored: 8e9 },
    marks: { sent: 5_000, failed: [{ interaction_id: text, reason: 'denied [status=403]' }], pending: 24 },
    api_calls: {
      query: { count: 7, throttled: 1, retried: 1 },
      [text]: { count: 1, throttled: 0, retried: 0 },
    },
    calls_per_1000: { query: 1.4, [text]: 0.2 },
    duration_ms: 600_000,
    warnings: [text],
    journal_damage: [],
    error: { code: 'SOURCE_UNREACHABLE', message: text },
  };
}

function verifyStory(text: string): Parameters<typeof verifyPage>[0] {
  const damage = {
    object_key: text,
    kind: 'media',
    problem: 'checksum',
    detail: text,
    interactions: [text],
  } as const;
  const report: VerifyReport = {
    archive: text,
    depth: 'full',
    ok: false,
    objects: { checked: 100, bytes: 1e9, damaged: 1, missing: 0, leftover: 2 },
    records: { checked: 5_000, damaged: 0 },
    media: { checked: 99, bytes: 9e8, damaged: 1 },
    journal: { runs: 2, entries: 5, damaged: 0, tips: ['f'.repeat(64)] },
    damage: [{ ...damage, interactions: [text] }],
    duration_ms: 60_000,
  };
  return { report, looked: {}, exit: 3, endedAt: startedAt, tool };
}

describeInBrowser('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
    });
  });
  afterAll(async () => {
    await browser.close();
  });

  async function opened(name: string, width: number, colorScheme: 'light' | 'dark') {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const address = pathToFileURL(join(folder, name)).href;
    await page.goto(address, { waitUntil: 'networkidle' });
    return { page, requests: requests.filter((url) => url !== address), complaints };
  }

  const views = [420, 1280].flatMap((width) =>
    (['light', 'dark'] as const).flatMap((scheme) =>
      ['run.html', 'verify.html'].map((name) => ({ name, width, scheme })),
    ),
  );

  it.each(views)(
    '$name at $width px, $scheme, needs nothing and obeys nothing',
    async ({ name, width, scheme }) => {
      const { page, requests, complaints } = await opened(name, width, scheme);
      expect({ requests, complaints, asked }).toEqual({ requests: [], complaints: [], asked: [] });
      expect(await page.evaluate('window.owned')).toBeUndefined();
      expect(await page.locator('script, img, link, iframe, [style]').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await lightness(page)).toBe(scheme);
      await page.close();
    },
  );

  it.each([
    [
      'run.html',
      [
        'run-growth',
        'run-types',
        'run-media',
        'run-bytes',
        'failure-reasons',
        'archive-days',
        'coverage-update',
        'calls-query',
      ],
    ],
    ['verify.html', ['verify-objects', 'damage-problems']],
  ])('%s has its charts drawn, each with a name and a table', async (name, charts) => {
    const { page } = await opened(name, 1280, 'light');
    const figures = await page.locator('figure').all();
    const ids = await Promise.all(figures.map((figure) => figure.getAttribute('id')));
    expect(ids.toSorted()).toEqual(charts.toSorted());
    for (const id of charts) {
      const chart = page.locator(`[id="${id}"] > svg[role=img]`);
      expect(await chart.locator('> title').textContent()).not.toBe('');
      expect(await chart.locator('> desc').textContent()).not.toBe('');
      const shapes = await chart.locator('.blue, .green, .red, .amber, .grey').all();
      const boxes = await Promise.all(shapes.map((shape) => shape.boundingBox()));
      const drawn = boxes.some((box) => box !== null && box.width * box.height > 0);
      expect({ id, drawn }).toEqual({ id, drawn: true });
      const tables = page.locator(`section:has([id="${id}"]) table`);
      expect(await tables.count()).toBeGreaterThan(0);
    }
    await page.close();
  });

  it('prints on white paper, whole', async () => {
    const { page } = await opened('run.html', 1280, 'dark');
    await page.emulateMedia({ media: 'print' });
    expect(await lightness(page)).toBe('light');
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
    await page.close();
  });
});

/** Whether the page is dark on light or the other way round. */
async function lightness(page: Page): Promise<'light' | 'dark'> {
  const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const [red = 0] = (/\d+/.exec(colour) ?? []).map(Number);
  return red > 127 ? 'light' : 'dark';
}

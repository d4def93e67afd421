import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulator } from '@cxvault/cxone-simulator';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { type Ended } from './cli-process.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const run = promisify(execFile);
const locked = ['--archive', 'archive', '--key-file', 'key'];

let desk: SimulatedDesk;
let s3: FauxqsServer;
let aws: Record<string, string>;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions: 3 },
    media: { kind: 'none' },
  });
  s3 = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  aws = {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: desk.secret('s3cret-of-the-cloud'),
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}`,
  };
  await writeFile(desk.path('other-key'), new Uint8Array(32).fill(8));
  await desk.run(['init', ...locked]);
});
afterAll(async () => {
  await s3.stop();
  await desk.close();
});

/** Runs a command that must fail, for people and for programs, and checks both forms. */
async function fails(
  args: readonly string[],
  env: Record<string, string>,
  expected: { exit: number; code: string; words: RegExp },
): Promise<void> {
  // one after the other: two runs at once on one archive would be refused for that
  const plain = await desk.run(args, env);
  const json = await desk.json(args, env);
  expect(json.document).toMatchObject({ error: { code: expected.code, exit: expected.exit } });
  expect([plain.code, json.code]).toEqual([expected.exit, expected.exit]);
  expect(plain.stderr).toMatch(expected.words);
  expect(plain.stderr).toMatch(/^error: \S/m);
  expect(plain.stderr).toMatch(/^hint: {2}\S/m);
  expect(plain.stderr).not.toMatch(/^\s+at /m);
}

/** A port of this machine that nobody listens on. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`;
}

describe('settings', () => {
  it('that are missing are named', async () => {
    await fails(['run', '--key-file', 'key'], desk.source, {
      exit: 2,
      code: 'CONFIG_INVALID',
      words: /CXVAULT_ARCHIVE/,
    });
    await fails(
      ['verify', '--archive', 'archive'],
      {},
      { exit: 2, code: 'CONFIG_INVALID', words: /ARCHIVAL_ENCRYPTION_KEY/ },
    );
    for (const name of ['CXONE_API_BASE', 'CXONE_CLIENT_ID', 'CXONE_CLIENT_SECRET']) {
      await fails(
        ['run', ...locked],
        { ...desk.source, [name]: '' },
        { exit: 2, code: 'CONFIG_INVALID', words: new RegExp(name) },
      );
    }
  });

  it('in a damaged file are pointed at', async () => {
    await writeFile(desk.path('damaged.json'), '{\n  "archive": "./archive",,\n}');
    const args = ['verify', '--config', 'damaged.json'];
    await fails(args, {}, { exit: 2, code: 'CONFIG_INVALID', words: /damaged\.json, line=2, column=26/ });
  });

  it('that are misspelt are corrected', async () => {
    await writeFile(desk.path('misspelt.json'), '{"cxone": {"apiBas": "https://x.example"}}');
    const args = ['doctor', '--config', 'misspelt.json'];
    const { code, document } = await desk.json(args, desk.source);
    expect(code).toBe(2);
    const { checks } = document as { checks: { name: string; state: string; hint?: string }[] };
    expect(checks[0]).toMatchObject({ name: 'settings', state: 'failed', hint: 'did you mean apiBase?' });
    expect(checks.slice(1).every(({ state }) => state === 'skipped')).toBe(true);
  });

  it('win in the right order: flag, environment, file', async () => {
    await writeFile(desk.path('order.json'), '{"archive": "nowhere-by-file", "run": {"limit": 1}}');
    const args = ['verify', '--config', 'order.json', '--key-file', 'key'];
    expect((await desk.run(args)).code).toBe(10);
    expect((await desk.run(args, { CXVAULT_ARCHIVE: 'archive' })).code).toBe(0);
    expect(
      (await desk.run([...args, '--archive', 'nowhere-by-flag'], { CXVAULT_ARCHIVE: 'archive' })).code,
    ).toBe(10);
  });

  it('are read from an environment file only when it is named', async () => {
    await writeFile(desk.path('.env'), 'CXVAULT_ARCHIVE=archive\n');
    expect((await desk.run(['verify', '--key-file', 'key'])).code).toBe(2);
    expect((await desk.run(['verify', '--key-file', 'key', '--env-file', '.env'])).code).toBe(0);
  });
});

describe('an archive', () => {
  it('that is not there, or is locked with another key', async () => {
    await fails(
      ['verify', '--archive', 'nothing', '--key-file', 'key'],
      {},
      { exit: 10, code: 'ARCHIVE_NOT_FOUND', words: /no archive/ },
    );
    await fails(
      ['verify', '--archive', 'archive', '--key-file', 'other-key'],
      {},
      { exit: 12, code: 'KEY_WRONG', words: /no key slot/ },
    );
    await fails(
      ['verify', '--archive', 'archive'],
      { ARCHIVAL_ENCRYPTION_KEY: desk.secret('a wrong password') },
      { exit: 12, code: 'KEY_WRONG', words: /no key slot/ },
    );
  });

  it('whose descriptor or only slot is damaged, with the object named', async () => {
    await desk.run(['init', '--archive', 'hurt', '--key-file', 'key']);
    const descriptor = await readFile(desk.path('hurt/cxvault.json'), 'utf8');
    await chmod(desk.path('hurt/cxvault.json'), 0o600);
    await writeFile(desk.path('hurt/cxvault.json'), descriptor.replace('archive_id', 'archive_ix'));
    const verify = ['verify', '--archive', 'hurt', '--key-file', 'key'];
    await fails(verify, {}, { exit: 10, code: 'ARCHIVE_DESCRIPTOR_DAMAGED', words: /cxvault\.json/ });
    await writeFile(desk.path('hurt/cxvault.json'), descriptor);
    const [slot = ''] = await readdir(desk.path('hurt/keys/slots'));
    await chmod(desk.path('hurt/keys/slots', slot), 0o600);
    await writeFile(desk.path('hurt/keys/slots', slot), 'nonsense');
    await fails(verify, {}, { exit: 12, code: 'KEY_WRONG', words: new RegExp(slot) });
  });

  it('under a scheme that nobody brings, with the package to install', async () => {
    await fails(
      ['verify', '--archive', 'az://container/p', '--key-file', 'key'],
      {},
      {
        exit: 2,
        code: 'SCHEME_UNKNOWN',
        words: /cxvault plugins install @cxvault\/storage-azure/,
      },
    );
    await fails(
      ['verify', '--archive', 'ftp://host/p', '--key-file', 'key'],
      {},
      { exit: 2, code: 'SCHEME_UNKNOWN', words: /available now: file, s3/ },
    );
  });

  it('in a bucket that does not exist', async () => {
    for (const command of ['init', 'verify', 'run']) {
      await fails([command, '--archive', 's3://no-such-bucket/p', '--key-file', 'key'], aws, {
        exit: 20,
        code: 'STORE_NOT_FOUND',
        words: /bucket/,
      });
    }
    const { code, document } = await desk.json(
      ['doctor', '--archive', 's3://no-such-bucket/p', '--key-file', 'key'],
      { ...desk.source, ...aws },
    );
    expect(code).toBe(20);
    const { checks } = document as { checks: { name: string; state: string; detail: string }[] };
    expect(checks.find(({ name }) => name === 'store')).toMatchObject({ state: 'failed' });
  });

  it('in a bucket that does, from beginning to end', async () => {
    s3.createBucket('archives');
    const args = ['--archive', 's3://archives/cxone?sse=none', '--key-file', 'key'];
    for (const command of ['init', 'run', 'verify']) {
      expect(await desk.run([command, ...args, '--json'], { ...desk.source, ...aws })).toMatchObject({
        code: 0,
      });
    }
  });

  it('in a place that cannot be written', async () => {
    await writeFile(desk.path('a-file'), '');
    await fails(
      ['init', '--archive', 'a-file/archive', '--key-file', 'key'],
      {},
      { exit: 20, code: 'STORE_REFUSED', words: /a-file|archive/ },
    );
  });
});

describe('CXone', () => {
  it('that cannot be reached', async () => {
    const env = { ...desk.source, CXONE_API_BASE: await deadUrl() };
    const { code, document } = await desk.json(['run', ...locked], env);
    expect(document).toMatchObject({ error: { code: 'SOURCE_UNREACHABLE', exit: 20 } });
    expect(code).toBe(20);
  });

  it('that refuses the client secret', async () => {
    const env = { ...desk.source, CXONE_CLIENT_SECRET: desk.secret('not-the-s3cret') };
    await fails(['run', ...locked], env, { exit: 20, code: 'LOGIN_REFUSED', words: /login/ });
    const { code, document } = await desk.json(['doctor', ...locked], env);
    expect(code).toBe(20);
    const { checks } = document as { checks: { name: string; state: string }[] };
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'settings ok',
      'login failed',
      'clock skipped',
      'store ok',
      'archive ok',
      'key slots warning',
      'key copy warning',
    ]);
  });

  it('that grants too little', async () => {
    const narrow = await startSimulator({
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'], grantedScopes: ['interactions:read'] },
    });
    try {
      const env = { ...desk.source, CXONE_API_BASE: narrow.url };
      await fails(['run', ...locked], env, {
        exit: 20,
        code: 'SCOPE_MISSING',
        words: /recordings:read customfields:write/,
      });
    } finally {
      await narrow.close();
    }
  });

  it('whose clock is elsewhere', async () => {
    const skewed = await startSimulator({
      population: { clockOffsetMs: 10 * 60_000 },
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'] },
    });
    try {
      const env = { ...desk.source, CXONE_API_BASE: skewed.url };
      await fails(['run', ...locked], env, { exit: 2, code: 'CLOCK_SKEW', words: /10 minutes/ });
      const { code, stdout } = await desk.run(['doctor', ...locked], env);
      expect(stdout).toMatch(/^FAILED +clock/m);
      expect(code).toBe(2);
    } finally {
      await skewed.close();
    }
  });

  it('of another tenant than the archive', async () => {
    await desk.run(['init', '--archive', 'of-one', '--key-file', 'key']);
    const args = ['run', '--archive', 'of-one', '--key-file', 'key'];
    expect((await desk.run(args, desk.source)).code).toBe(0);
    const other = await startSimulator({
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'], tenantId: 'another-tenant' },
    });
    try {
      await fails(
        args,
        { ...desk.source, CXONE_API_BASE: other.url },
        {
          exit: 2,
          code: 'ARCHIVE_OTHER_TENANT',
          words: /another tenant/,
        },
      );
    } finally {
      await other.close();
    }
  });

  it('that lists nothing though the archive knows interactions', async () => {
    await desk.run(['init', '--archive', 'of-many', '--key-file', 'key']);
    const args = ['run', '--archive', 'of-many', '--key-file', 'key', '--json'];
    expect((await desk.run(args, desk.source)).code).toBe(0);
    const empty = await startSimulator({
      population: { interactions: 0 },
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'] },
    });
    try {
      const { code, stdout } = await desk.run(args, { ...desk.source, CXONE_API_BASE: empty.url });
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SOURCE_LIST_EMPTY', exit: 20 } });
      expect(code).toBe(20);
    } finally {
      await empty.close();
    }
  });

  it('that keeps single interactions back', async () => {
    const holding = await startSimulator({
      population: { interactions: 5 },
      media: { kind: 'none' },
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'] },
      faults: { denied: 0.5 },
      seed: 'denied',
    });
    try {
      await desk.run(['init', '--archive', 'partial', '--key-file', 'key']);
      const env = { ...desk.source, CXONE_API_BASE: holding.url };
      const { code, document, stderr } = await desk.json(
        ['run', '--archive', 'partial', '--key-file', 'key'],
        env,
      );
      expect(stderr).toBe('');
      const report = document as {
        total_interactions: number;
        failed_archives: number;
        failed_records: unknown[];
      };
      expect(report.total_interactions).toBe(5);
      expect(report.failed_archives).toBeGreaterThan(0);
      expect(report.failed_records).toHaveLength(report.failed_archives);
      expect(code).toBe(3);
    } finally {
      await holding.close();
    }
  });
});

describe('a disk that is full', () => {
  /** A file system of 600 kB, where the tests may make one. */
  async function smallDisk(work: (folder: string) => Promise<void>): Promise<boolean> {
    const folder = desk.path('small-disk');
    await mkdir(folder, { recursive: true });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', folder]).then(
      () => true,
      () => false,
    );
    if (!mounted) return false;
    try {
      await work(folder);
    } finally {
      await run('umount', [folder]);
    }
    return true;
  }

  it('ends a run with its report, and a restore with the reason', async () => {
    const tenant = await startSimulator({
      population: { interactions: 4 },
      media: { kind: 'wav', perInteraction: 1, bytes: [400_000, 400_000] },
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'] },
    });
    try {
      const env = { ...desk.source, CXONE_API_BASE: tenant.url };
      const done = await smallDisk(async (folder) => {
        const small = ['--archive', `${folder}/archive`, '--key-file', 'key'];
        await desk.run(['init', ...small]);
        const { code, document } = await desk.json(['run', ...small], env);
        expect(document).toMatchObject({ error: { code: 'STORE_FULL', exit: 20 } });
        expect(code).toBe(20);
        await desk.run(['init', '--archive', 'roomy', '--key-file', 'key']);
        tenant.advance(120_000);
        expect((await desk.run(['run', '--archive', 'roomy', '--key-file', 'key'], env)).code).toBe(0);
        await fails(
          ['restore', '--archive', 'roomy', '--key-file', 'key', '--all', '--out', `${folder}/out`],
          {},
          {
            exit: 1,
            code: 'OUTPUT_FAILED',
            words: /ENOSPC/,
          },
        );
      });
      if (!done)
        process.stderr.write('skipped: no right to mount a small disk, so a full one was not tried\n');
    } finally {
      await tenant.close();
    }
  });
});

const interruption = {
  code: 'INTERRUPTED',
  message: 'the run was interrupted; what it had archived is committed',
  hint: 'run again: it goes on where this one stopped',
};

describe('an interruption', () => {
  async function interrupted(signals: readonly NodeJS.Signals[]): Promise<Omit<Ended, 'tookMs'>> {
    const slow = await startSimulator({
      population: { interactions: 400 },
      media: { kind: 'none' },
      login: { clientSecret: desk.source['CXONE_CLIENT_SECRET'] },
      faults: { slow: { rate: 1, milliseconds: 300, families: ['detail'] } },
      seed: signals.join(),
    });
    try {
      const archive = `interrupted-${signals.join('-')}`;
      await desk.run(['init', '--archive', archive, '--key-file', 'key']);
      const args = [
        'run',
        '--archive',
        archive,
        '--key-file',
        'key',
        '--json',
        '--report',
        `${archive}.json`,
      ];
      const child = desk.start(args, { ...desk.source, CXONE_API_BASE: slow.url });
      const end = desk.ended(child);
      while (slow.stats().families.detail.requests < 10)
        await new Promise((resolve) => setImmediate(resolve));
      for (const signal of signals) child.kill(signal);
      return await end;
    } finally {
      await slow.close();
    }
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s ends with a report and 130', async (signal) => {
    const { code, stdout, stderr } = await interrupted([signal]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { ...interruption, exit: 130 } });
    expect(stderr).toMatch(/^warning: finishing what is begun/m);
    expect(code).toBe(130);
    const report: unknown = JSON.parse(await readFile(desk.path(`interrupted-${signal}.json`), 'utf8'));
    expect(report).toEqual(JSON.parse(stdout));
    const verified = await desk.json(['verify', '--archive', `interrupted-${signal}`, '--key-file', 'key']);
    const { successful_archives: archived } = report as { successful_archives: number };
    expect(verified).toMatchObject({ code: 0, document: { ok: true, records: { checked: archived } } });
  });
});

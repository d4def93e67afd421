import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CxvaultError, type ErrorCode, isCxvaultError } from '@cxvault/plugin-api';
import fc from 'fast-check';
import { archiveUrl, chooseArchive } from '../src/settings/archive-url.ts';
import { loadConfig } from '../src/settings/config-file.ts';
import { cxoneSettings } from '../src/settings/cxone-settings.ts';
import { durationMs, parseDuration } from '../src/settings/duration.ts';
import { jsonDamage } from '../src/settings/json-position.ts';
import { parseMoment, parsePeriod } from '../src/settings/moment.ts';
import { readUnlock } from '../src/settings/unlock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-settings-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The error that the work ends with. */
async function errorOf(work: () => unknown): Promise<CxvaultError> {
  try {
    await work();
  } catch (error) {
    if (isCxvaultError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

async function expectCode(code: ErrorCode, work: () => unknown): Promise<string> {
  const error = await errorOf(work);
  expect(error.code).toBe(code);
  return `${error.message} | ${error.hint ?? ''}`;
}

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['45m', 2_700_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    // never less than a year of the calendar, leap year or not
    ['1y', 366 * 86_400_000],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(durationMs(text)).toBe(milliseconds);
  });

  it.each(['', '2', 'h', '-1h', '1.5h', '2 h', '1w', '2h30m', '1e3s'])('refuses %j', async (text) => {
    expect(await expectCode('USAGE', () => parseDuration(text, '--max-age'))).toContain('--max-age');
  });
});

describe('moments', () => {
  const now = Date.parse('2026-03-10T12:00:00.000Z');

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:30', '2026-01-31T08:30:00.000Z'],
    ['2026-01-31 08:30:15', '2026-01-31T08:30:15.000Z'],
    ['2026-01-31T08:30:15.250Z', '2026-01-31T08:30:15.250Z'],
    ['2026-01-31T08:30:00+02:00', '2026-01-31T06:30:00.000Z'],
    ['2h', '2026-03-10T10:00:00.000Z'],
    ['7d', '2026-03-03T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseMoment(text, '--since', now)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-31',
    '2026-13-01',
    '31.01.2026',
    '2026-02-29T00:00:00Z',
    '2026-01-31T25:00',
  ])('refuses %j', async (text) => {
    expect(await expectCode('USAGE', () => parseMoment(text, '--since', now))).toContain('--since');
  });

  it('refuses a period that is empty or runs backwards', async () => {
    await expectCode('USAGE', () => parsePeriod({ since: '2026-01-02', until: '2026-01-01' }, now));
    await expectCode('USAGE', () => parsePeriod({ since: '2026-01-02', until: '2026-01-02' }, now));
  });
});

describe('archive addresses', () => {
  it('prefers the flag, then the environment, then the file, then the bucket', () => {
    const env = { CXVAULT_ARCHIVE: '/env', S3_BUCKET_NAME: 'bucket' };
    expect(chooseArchive({ flag: '/flag', env, config: '/config', folder }).href).toBe('file:///flag');
    expect(chooseArchive({ flag: undefined, env, config: '/config', folder }).href).toBe('file:///env');
    // cli.md: "if neither and S3_BUCKET_NAME is set", and the environment wins over the file.
    expect(
      chooseArchive({ flag: undefined, env: { S3_BUCKET_NAME: 'b' }, config: '/config', folder }).href,
    ).toBe('s3://b/cxone/archives');
    expect(chooseArchive({ flag: undefined, env: {}, config: '/config', folder }).href).toBe(
      'file:///config',
    );
  });

  it('takes a path relative to the working folder, with any character', () => {
    expect(archiveUrl('a b/c?d#e', '/work').href).toBe('file:///work/a%20b/c%3Fd%23e');
  });

  it('refuses a file address that is no whole path: it would lie at the root', async () => {
    await expectCode('CONFIG_INVALID', () => archiveUrl('file:archive', folder));
    expect(archiveUrl('file:///archive', folder).href).toBe('file:///archive');
  });

  it('keeps a URL with its parameters', () => {
    expect(archiveUrl('s3://bucket/p?region=eu-central-1', folder).href).toBe(
      's3://bucket/p?region=eu-central-1',
    );
  });

  it('names what is missing, and refuses several', async () => {
    expect(
      await expectCode('CONFIG_INVALID', () =>
        chooseArchive({ flag: undefined, env: {}, config: undefined, folder }),
      ),
    ).toContain('CXVAULT_ARCHIVE');
    await expectCode('CONFIG_INVALID', () =>
      chooseArchive({ flag: undefined, env: {}, config: ['/a', '/b'], folder }),
    );
  });

  it('refuses credentials in the address, and does not repeat them', async () => {
    const words = await expectCode('CONFIG_INVALID', () => archiveUrl('s3://me:hunter2@bucket/p', folder));
    expect(words).not.toContain('hunter2');
  });
});

describe('the configuration file', () => {
  async function config(text: string): Promise<void> {
    await writeFile(join(folder, 'cxvault.config.json'), text);
  }

  it('is optional', async () => {
    expect(await loadConfig({ folder })).toEqual({ file: undefined, config: {} });
  });

  it('is found in the working folder, before the package', async () => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ cxvault: { archive: '/package' } }));
    expect((await loadConfig({ folder })).config.archive).toBe('/package');
    await config(JSON.stringify({ archive: '/own' }));
    expect((await loadConfig({ folder })).config.archive).toBe('/own');
  });

  it('must be there when it is named', async () => {
    expect(await expectCode('CONFIG_INVALID', () => loadConfig({ folder, file: 'nowhere.json' }))).toContain(
      'does not exist',
    );
  });

  it('takes all that cli.md lists', async () => {
    await config(
      JSON.stringify({
        archive: ['s3://b/p'],
        cxone: {
          profile: 'platform',
          settlingLag: '45m',
          lookBack: '2h',
          budgets: { query: { limit: 120, per: '300s' }, mark: { limit: 0, per: '1s' } },
        },
        run: { limit: 5, media: false, reportRecords: 'failed' },
        verify: { depth: 'sample', sample: '5%', maxAge: '7d' },
        storage: { s3: { anything: true } },
        log: { level: 'debug', file: 'run.log' },
      }),
    );
    expect((await loadConfig({ folder })).config.cxone?.budgets?.query).toEqual({
      limit: 120,
      per: '300s',
    });
  });

  it.each([
    [{ archiv: '/x' }, 'archiv', 'archive'],
    [{ cxone: { lookback: '2h' } }, 'cxone.lookback', 'lookBack'],
    [{ run: { medja: true } }, 'run.medja', 'media'],
    [{ cxone: { budgets: { query: { limits: 1, per: '1s', limit: 1 } } } }, 'limits', 'limit'],
  ])('names the unknown setting in %j, and the right one', async (document, wrong, right) => {
    await config(JSON.stringify(document));
    const words = await expectCode('CONFIG_INVALID', () => loadConfig({ folder }));
    expect(words).toContain(`unknown setting ${wrong.includes('.') ? wrong : ''}`);
    expect(words).toContain(wrong);
    expect(words).toContain(`did you mean ${right}?`);
  });

  it('takes flags as they are written on the command line', async () => {
    await config(
      '{"run": {"no-media": true, "retry-failed": true, "noMark": true}, "verify": {"max-age": "7d"}}',
    );
    expect((await loadConfig({ folder })).config).toEqual({
      run: { media: false, retryFailed: true, mark: false },
      verify: { maxAge: '7d' },
    });
  });

  it('sends secrets elsewhere, and does not repeat them', async () => {
    await config(JSON.stringify({ cxone: { clientSecret: 'hunter2' } }));
    const words = await expectCode('CONFIG_INVALID', () => loadConfig({ folder }));
    expect(words).toContain('secrets do not belong');
    expect(words).not.toContain('hunter2');
  });

  it('names a wrong value by its path', async () => {
    await config(JSON.stringify({ cxone: { lookBack: 'two hours' } }));
    expect(await expectCode('CONFIG_INVALID', () => loadConfig({ folder }))).toContain('cxone.lookBack');
  });

  it('says where damaged JSON goes wrong, and does not repeat it', async () => {
    await config('{\n  "archive": "hunter2",\n  "run": {,}\n}');
    const words = await expectCode('CONFIG_INVALID', () => loadConfig({ folder }));
    expect(words).toContain('line=3, column=11');
    expect(words).not.toContain('hunter2');
  });

  it('names the nearest family of a budget', async () => {
    await config(JSON.stringify({ cxone: { budgets: { quary: { limit: 1 } } } }));
    expect(await expectCode('CONFIG_INVALID', () => loadConfig({ folder }))).toContain('did you mean query?');
  });

  it('knows the line of each setting', async () => {
    await config(
      '{\n  "archive": "/a",\n  "run": {\n    "no-mark": true, "limit":\n 5},\n "cxone": {"budgets":\n{"query": {"limit": 1}}}}',
    );
    const { lines } = await loadConfig({ folder });
    expect(Object.fromEntries(lines ?? [])).toEqual({
      archive: 2,
      run: 3,
      'run.mark': 4,
      'run.limit': 4,
      cxone: 6,
      'cxone.budgets': 6,
      'cxone.budgets.query': 7,
      'cxone.budgets.query.limit': 7,
    });
    await rm(join(folder, 'cxvault.config.json'));
    await writeFile(join(folder, 'package.json'), '{"name": "x",\n"cxvault": {\n"archive": "/p"}}');
    expect(Object.fromEntries((await loadConfig({ folder })).lines ?? [])).toEqual({ archive: 3 });
  });

  it('reads what Windows editors write', async () => {
    await config('\uFEFF{"archive":"/x"}');
    expect((await loadConfig({ folder })).config.archive).toBe('/x');
  });
});

describe('jsonDamage', () => {
  it('agrees with JSON.parse about what is JSON', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.tuple(fc.json(), fc.nat(), fc.string()).map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place);
      }),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(jsonDamage(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 1, 1],
    ['{"a":1', 1, 7],
    ['{"a" 1}', 1, 6],
    ['[1,]', 1, 4],
    ['{"a":1}\n}', 2, 1],
    ["{'a':1}", 1, 2],
  ])('finds the place in %j', (text, line, column) => {
    expect(jsonDamage(text)).toEqual({ line, column });
  });
});

describe('unlocking', () => {
  const none = { passwordFile: undefined, keyFile: undefined };

  it('takes one newline from the end of a password file, and no more', async () => {
    const passwordFile = join(folder, 'password');
    for (const [content, password] of [
      ['secret', 'secret'],
      ['secret\n', 'secret'],
      ['secret\r\n', 'secret'],
      ['secret \n\n', 'secret \n'],
      ['pässwörd\n', 'pässwörd'],
    ] as const) {
      await writeFile(passwordFile, content);
      expect((await readUnlock({ ...none, passwordFile, env: {} })).password?.reveal()).toBe(password);
    }
  });

  it('prefers what is named by flag to the environment', async () => {
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, new Uint8Array(32).fill(7));
    const env = { ARCHIVAL_ENCRYPTION_KEY: 'from the environment' };
    expect((await readUnlock({ ...none, env })).password?.reveal()).toBe('from the environment');
    expect(await readUnlock({ ...none, keyFile, env })).toEqual({ keyFile: new Uint8Array(32).fill(7) });
  });

  it('refuses what cannot unlock anything', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '\n');
    await expectCode('CONFIG_INVALID', () => readUnlock({ ...none, env: {} }));
    await expectCode('CONFIG_INVALID', () => readUnlock({ ...none, env: { ARCHIVAL_ENCRYPTION_KEY: '' } }));
    await expectCode('CONFIG_INVALID', () => readUnlock({ ...none, passwordFile: file, env: {} }));
    expect(
      await expectCode('CONFIG_INVALID', () => readUnlock({ ...none, keyFile: file, env: {} })),
    ).toContain('has 1 bytes, not 32');
    expect(
      await expectCode('CONFIG_INVALID', () => readUnlock({ ...none, keyFile: join(folder, 'no'), env: {} })),
    ).toContain('/dev/urandom');
  });
});

describe('the settings of CXone', () => {
  it('prefer the flag, then the environment, then the file', () => {
    const env = { CXONE_API_BASE: 'https://env.example', CXONE_ARCHIVAL_FIELD_ID: '' };
    const config = { apiBase: 'https://file.example', markerField: 'f1', profile: 'platform' } as const;
    expect(cxoneSettings(config, env, {})).toEqual({
      apiBase: 'https://env.example',
      markerField: 'f1',
      profile: 'platform',
    });
    expect(cxoneSettings(config, env, { profile: 'interactions' }).profile).toBe('interactions');
    expect(cxoneSettings(undefined, {}, {})).toEqual({ profile: 'interactions' });
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

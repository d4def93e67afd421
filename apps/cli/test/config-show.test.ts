import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { interactionsBudgets } from '../../../packages/cxone-connector/src/interactions/default-budgets.ts';
import { runSettings } from '../src/settings/run-settings.ts';
import { verifySettings } from '../src/settings/verify-settings.ts';
import type { EffectiveSetting } from '../src/settings/effective-settings.ts';
import { durationMs } from '../src/settings/duration.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk.close());

/** `config show --json`, by name. */
async function shown(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Record<string, EffectiveSetting>> {
  const { code, document, stderr } = await desk.json(['config', 'show', ...args], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { settings } = document as { settings: EffectiveSetting[] };
  return Object.fromEntries(settings.map((one) => [one.name, one]));
}

describe('config show', () => {
  it('says where each setting comes from', async () => {
    const file = desk.path('cxvault.config.json');
    await writeFile(
      file,
      '{\n "archive": "/by-file",\n "run": {"limit": 5,\n  "no-mark": true},\n "log": {"level": "error"},\n' +
        ' "cxone": {"apiBase": "https://file.example", "budgets": {"query": {"limit": 3}}}\n}',
    );
    const env = { CXONE_API_BASE: 'https://env.example', CXVAULT_ARCHIVE: '/by-env' };
    const settings = await shown(['--archive', '/by-flag', '--log-level', 'info'], env);
    expect(settings).toMatchObject({
      archive: { value: '/by-flag', source: 'flag', from: '--archive' },
      'log.level': { value: 'info', source: 'flag', from: '--log-level' },
      'cxone.apiBase': { value: 'https://env.example', source: 'env', from: 'CXONE_API_BASE' },
      'cxone.issuer': { value: 'https://env.example', source: 'default', from: null },
      'run.limit': { value: 5, source: 'file', from: `${file}:3` },
      'run.mark': { value: false, source: 'file', from: `${file}:4` },
      'cxone.budgets.query': { value: { limit: 3 }, source: 'file', from: `${file}:6` },
      'cxone.budgets.detail': { value: { limit: 50, per: '1s' }, source: 'default' },
      'run.concurrency': { value: 16, source: 'default', from: null },
      'run.report': { value: null, source: 'default', from: null },
    });
    expect((await shown([], env))['archive']).toMatchObject({ value: '/by-env', from: 'CXVAULT_ARCHIVE' });
    expect((await shown([], { S3_BUCKET_NAME: 'b' }))['archive']).toMatchObject({
      value: 's3://b/cxone/archives',
      from: 'S3_BUCKET_NAME',
    });
    expect((await shown())['archive']).toMatchObject({ value: '/by-file', from: `${file}:2` });
    const { stdout } = await desk.run(['config', 'show']);
    expect(stdout).toMatch(/^run\.limit +5 +\S+cxvault\.config\.json:3$/m);
    expect(stdout).toMatch(/^run\.report +- +not set$/m);
  });

  it('never shows a secret', async () => {
    await writeFile(
      desk.path('hostile.json'),
      JSON.stringify({
        archive: `s3://me:${desk.secret('hunter2hunter2')}@bucket/p`,
        storage: {
          s3: { secretKey: desk.secret('deep-in-storage'), url: `https://x/?sig=${desk.secret('s1gn3d')}` },
        },
      }),
    );
    const settings = await shown(['--config', 'hostile.json'], {
      ARCHIVAL_ENCRYPTION_KEY: desk.secret('the archive password'),
      CXONE_CLIENT_SECRET: desk.secret('the client secret'),
      CXONE_ACCESS_KEY_SECRET: desk.secret('the access key secret'),
    });
    for (const name of ['password', 'cxone.clientSecret', 'cxone.accessKeySecret'])
      expect(settings[name]).toMatchObject({ value: '**redacted**', source: 'env' });
    expect(settings['archive']?.value).toBe('s3://bucket/p');
    expect((await desk.run(['config', 'show', '--config', 'hostile.json'])).code).toBe(0);
  });

  it('leaves the password out where a file is named', async () => {
    const settings = await shown(['--key-file', 'key'], { ARCHIVAL_ENCRYPTION_KEY: 'not used' });
    expect(settings['password']).toBeUndefined();
    expect(settings['keyFile']).toMatchObject({ value: 'key', source: 'flag' });
  });

  it('gives the defaults that the commands have', async () => {
    const settings = await shown(['--config', await emptyConfig()]);
    const value = (name: string): unknown => settings[name]?.value;
    const run = runSettings({}, {}, 0);
    expect([value('run.format'), value('run.reportRecords')]).toEqual([run.format, run.reportRecords]);
    expect(durationMs(String(value('cxone.settlingLag')))).toBe(run.run.settlingLagMs);
    expect(value('verify.depth')).toBe(verifySettings({}, {}).depth);
    for (const [family, { limit, perMs }] of Object.entries(interactionsBudgets)) {
      const { per, ...rest } = value(`cxone.budgets.${family}`) as { limit: number; per: string };
      expect({ ...rest, perMs: durationMs(per) }).toEqual({ limit, perMs });
    }
  });

  async function emptyConfig(): Promise<string> {
    await writeFile(desk.path('empty.json'), '{}');
    return 'empty.json';
  }
});

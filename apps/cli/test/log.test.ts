import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulator } from '@cxvault/cxone-simulator';
import { openLog } from '../src/log.ts';
import { namesSecret, withoutSecrets } from '../src/redact.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk.close());

const secret = 'hunter2hunter2';
const hostile = [
  `GET https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA&X-Amz-Signature=${secret}&X-Amz-Date=1 failed`,
  `https://x.blob.core.windows.net/c/b?sv=2024&sig=${secret}`,
  `/media/1?token=${secret}`,
  `https://me:${secret}@proxy.example:8080/path`,
  `https://me:p@ss/${secret}@proxy.example/path`,
  `s3://${secret}@bucket/p`,
  `Authorization: Bearer ${secret}`,
  `authorization=bearer ${secret}`,
  `Basic ${secret}==`,
  `AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=${secret}`,
  `client_secret=${secret}&grant_type=client_credentials`,
  `{"access_token":"${secret}","expires_in":3600}`,
  `{"client_secret": "${secret}"}`,
  `AWS_SECRET_ACCESS_KEY=${secret}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.${secret}`,
  `https://x.example/a#access_token=${secret}`,
];

describe('withoutSecrets', () => {
  it.each(hostile)('hides the secret in %s', (text) => {
    expect(withoutSecrets(text)).not.toContain(secret);
  });

  it.each([
    's3://bucket/p?region=eu-central-1&endpoint=http://127.0.0.1:9000&pathStyle=true&sse=aws:kms',
    'the archive belongs to another tenant [archive=one, login=two]',
    'mail to someone@example.com, file /srv/a@b/c?',
    'HTTP 503 after 3 tries',
  ])('leaves %s as it is', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  it('knows names of secrets', () => {
    const secrets = ['ARCHIVAL_ENCRYPTION_KEY', 'CXONE_ACCESS_KEY_SECRET', 'AWS_SESSION_TOKEN', 'secretKey'];
    expect(secrets.filter((name) => !namesSecret(name))).toEqual([]);
    expect(['CXONE_ACCESS_KEY_ID', 'tokenUrl', 'passwordFile', 'archive'].filter(namesSecret)).toEqual([]);
  });
});

describe('the log', () => {
  it('holds no secret, whatever is logged, and no secret of the environment in any form', async () => {
    const file = desk.path('hostile.log');
    const log = openLog({ level: 'debug', file, env: { CXONE_CLIENT_SECRET: 'quote " in it' } });
    for (const text of hostile) {
      log('warn', text, { url: text, password: secret, status: 401 });
    }
    log('info', 'sent quote " in it', { body: 'x quote " in it y' });
    const text = await readFile(file, 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(hostile.length + 1);
    expect(text).not.toContain(secret);
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'sent **redacted**', body: 'x **redacted** y' });
    expect(lines[0]).toMatchObject({ level: 'warn', status: 401, password: '**redacted**' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is written at the level and to the file of the configuration; --log-level wins', async () => {
    await using tenant = await failingTenant();
    await writeFile(desk.path('key'), new Uint8Array(32).fill(3));
    const args = ['--archive', 'archive', '--key-file', 'key'];
    await desk.run(['init', ...args]);
    await writeFile(desk.path('logging.json'), '{"log": {"level": "info", "file": "run.log"}}');
    const run = ['run', ...args, '--no-mark', '--config', 'logging.json'];
    const quiet = await desk.run([...run, '--log-level', 'silent'], tenant.env);
    expect(quiet.stderr).not.toContain('"level"');
    expect(await readFile(desk.path('run.log'), 'utf8')).toBe('');
    const noted = await desk.run(run, tenant.env);
    expect(noted.stderr).not.toContain('"level"');
    const lines = (await readFile(desk.path('run.log'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 'info', msg: 'request.failed' }),
    );
    const told = await desk.run(['run', ...args, '--no-mark', '--log-level', 'info'], tenant.env);
    expect(told.stderr).toContain('"msg":"request.failed"');
  });
});

/** A tenant that denies some interactions, in every run, so that there is something to log. */
async function failingTenant(): Promise<AsyncDisposable & { env: Record<string, string> }> {
  const clientSecret = desk.secret('s3cret-of-the-client');
  const simulator = await startSimulator({
    population: { interactions: 5 },
    media: { kind: 'none' },
    login: { clientSecret },
    faults: { denied: 0.5 },
    seed: 'denied',
  });
  return { env: desk.sourceAt(simulator.url, clientSecret), [Symbol.asyncDispose]: () => simulator.close() };
}

import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expose, parseExposition } from '../src/metrics/exposition.ts';
import { writeMetrics } from '../src/metrics/metrics-file.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let desk: SimulatedDesk;
const locked = ['--archive', 'archive', '--key-file', 'key', '--metrics-file', 'cxvault.prom'];
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions: 8 },
  });
});
afterAll(async () => {
  await desk.close();
});

interface Family {
  type: string | undefined;
  readonly series: Map<string, number>;
}

/** A strict reader of the text format: every line must follow it, and every family have HELP before TYPE before samples. */
function read(text: string): Map<string, Family> {
  expect(text.endsWith('\n')).toBe(true);
  const families = new Map<string, Family>();
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = /^# HELP ([a-z_:][a-z0-9_:]*) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-z_:][a-z0-9_:]*) (gauge|counter)$/.exec(line) ?? [];
    const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
    const [, name, labels, value] =
      new RegExp(
        String.raw`^([a-z_:][a-z0-9_:]*)\{(${label}(?:,${label})*)\} (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$`,
      ).exec(line) ?? [];
    if (help !== undefined) {
      expect(families.has(help)).toBe(false);
      families.set(help, { type: undefined, series: new Map() });
    } else if (typed !== undefined) {
      const family = families.get(typed);
      expect(family).toEqual({ type: undefined, series: new Map() });
      if (family) family.type = type;
    } else {
      const family = families.get(name ?? '');
      if (family?.type === undefined || labels === undefined) throw new Error(`not the text format: ${line}`);
      expect(family.series.has(labels)).toBe(false);
      family.series.set(labels, Number(value));
    }
  }
  return families;
}

async function metrics(): Promise<(name: string, labels?: string) => number | undefined> {
  const families = read(await readFile(desk.path('cxvault.prom'), 'utf8'));
  return (name, labels = '') => {
    const series = [...(families.get(name)?.series ?? [])];
    return series.find(([key]) => key.includes(labels))?.[1];
  };
}

describe('--metrics-file', () => {
  it('tells what a run did, how far the archive has come, and what it took', async () => {
    await desk.run(['init', '--archive', 'archive', '--key-file', 'key']);
    const before = Date.now() / 1_000;
    // A slot of a budget is in use for its period: longer than any machine takes from the last query to the end.
    const budgets = { query: { limit: 100, per: '3600s' } };
    await writeFile(desk.path('budgets.json'), JSON.stringify({ cxone: { budgets } }));
    const args = ['run', ...locked, '--config', 'budgets.json'];
    const { code, document } = await desk.json(args, desk.source);
    expect(code).toBe(0);
    const value = await metrics();
    expect(value('cxvault_run_last_success_timestamp_seconds')).toBeGreaterThanOrEqual(before);
    expect(value('cxvault_run_last_exit_code')).toBe(0);
    expect(value('cxvault_run_archived_interactions')).toBe(8);
    expect(value('cxvault_run_failed_interactions')).toBe(0);
    expect(value('cxvault_run_given_up_interactions')).toBe(0);
    expect(value('cxvault_run_pending_marks')).toBe(0);
    expect(value('cxvault_run_stored_bytes')).toBe((document as { bytes: { stored: number } }).bytes.stored);
    expect(value('cxvault_run_lag_seconds')).toBeLessThan(120);
    expect(value('cxvault_run_low_water_mark_timestamp_seconds')).toBeGreaterThan(before - 60);
    expect(value('cxvault_api_calls', 'family="mark",kind="made"')).toBe(8);
    expect(value('cxvault_api_budget_limit', 'family="query"')).toBeGreaterThan(0);
    expect(value('cxvault_api_budget_used', 'family="query"')).toBeGreaterThan(0);
    expect((await stat(desk.path('cxvault.prom'))).mode & 0o777).toBe(0o644);
    expect((await readdir(desk.folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('keeps the last success when a run fails, and tells of the failure', async () => {
    const before = (await metrics())('cxvault_run_last_success_timestamp_seconds');
    const away = { ...desk.source, CXONE_CLIENT_SECRET: desk.secret('wrong secret') };
    const { code } = await desk.json(['run', ...locked], away);
    const value = await metrics();
    expect(value('cxvault_run_last_exit_code')).toBe(code);
    expect(code).toBe(20);
    expect(value('cxvault_run_last_success_timestamp_seconds')).toBe(before);
  });

  it('tells what verify found, in the same file', async () => {
    expect((await desk.run(['verify', ...locked])).code).toBe(0);
    const value = await metrics();
    expect(value('cxvault_verify_ok')).toBe(1);
    expect(value('cxvault_verify_objects', 'state="checked"')).toBeGreaterThan(0);
    expect(value('cxvault_verify_objects', 'state="damaged"')).toBe(0);
    expect(value('cxvault_verify_records', 'state="checked"')).toBe(8);
    const full = value('cxvault_verify_last_timestamp_seconds', 'depth="full"');
    expect(full).toBeGreaterThan(0);
    expect(value('cxvault_run_last_success_timestamp_seconds')).toBeGreaterThan(0);
    expect((await desk.run(['verify', ...locked, '--depth', 'structure'])).code).toBe(0);
    const after = await metrics();
    expect(after('cxvault_verify_last_timestamp_seconds', 'depth="full"')).toBe(full);
    expect(after('cxvault_verify_last_timestamp_seconds', 'depth="structure"')).toBeGreaterThanOrEqual(
      full ?? 0,
    );
  });

  it('is refused before anything begins when it cannot be written', async () => {
    await mkdir(desk.path('a-folder'));
    const args = ['run', ...locked.slice(0, -1), 'a-folder/none/x.prom'];
    const { code, document } = await desk.json(args, desk.source);
    expect(document).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
    expect(code).toBe(2);
  });
});

describe('the text format', () => {
  it('keeps what names hold, and series that are not written anew', async () => {
    const archive = 's3://b/"quoted\\path"\nx';
    const file = desk.path('own.prom');
    const sample = (value: number, depth: string) =>
      ({ name: 'cxvault_verify_last_timestamp_seconds', labels: { archive, depth }, value }) as const;
    await writeMetrics(file, [sample(1, 'full'), sample(2, 'structure')]);
    await writeMetrics(file, [sample(3, 'structure')]);
    const text = await readFile(file, 'utf8');
    read(text);
    expect(parseExposition(text)).toEqual([sample(1, 'full'), sample(3, 'structure')]);
    expect(expose(parseExposition(text))).toBe(text);
  });
});

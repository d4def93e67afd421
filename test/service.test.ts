import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, symlink, watch, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { startSimulator, type Simulator } from '@cxvault/cxone-simulator';
import { afterEach, describe, expect, it } from '@jest/globals';

import { clientSecret } from '../apps/cli/test/simulated-desk.ts';
import { openTenantDesk, type Report, succeed, type TenantDesk } from './support/tenant-desk.ts';

const limit = 25_000; // ms until something that does not come counts as missing

const tenantOptions = { population: { interactions: 20 }, media: { kind: 'wav', bytes: 2_000 } } as const;

/** A `run --every` as a process, whose log lines are events to wait for. */
class ServiceProcess {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  readonly #stdout: Buffer[] = [];
  #look = 0;
  #news = Promise.withResolvers<undefined>();

  constructor({ desk }: TenantDesk, args: readonly string[]) {
    this.child = desk.start(['run', '--every', '300ms', '--log-level', 'info', ...args]);
    this.#ended = once(this.child, 'close');
    const { stdout, stderr } = this.child;
    if (!stdout || !stderr) throw new Error('the process has no pipes');
    stdout.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    createInterface({ input: stderr }).on('line', (line) => {
      this.#lines.push(line);
      this.#news.resolve(undefined);
      this.#news = Promise.withResolvers();
    });
    void this.#ended.then(() => {
      this.#news.resolve(undefined);
    });
  }

  /** Waits for a line that was not waited for before; what comes before it is passed over. */
  async sees(pattern: RegExp): Promise<string> {
    const late = AbortSignal.timeout(limit);
    for (;;) {
      const at = this.#lines.findIndex((line, n) => n >= this.#look && pattern.test(line));
      if (at >= 0) {
        this.#look = at + 1;
        return this.#lines[at] ?? '';
      }
      if (late.aborted || this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`never saw ${String(pattern)} in:\n${this.#lines.join('\n')}`);
      }
      await Promise.race([this.#news.promise, once(late, 'abort')]);
    }
  }

  /** Waits until a pass has archived so many in all. */
  async hasArchived(count: number): Promise<void> {
    await this.sees(new RegExp(`"archived":${String(count)},.*service.pass`));
  }

  async ends(signal?: NodeJS.Signals): Promise<{ code: number | null; stdout: string; stderr: string }> {
    if (signal !== undefined) this.child.kill(signal);
    await this.#ended;
    const stdout = Buffer.concat(this.#stdout).toString();
    return { code: this.child.exitCode, stdout, stderr: this.#lines.join('\n') };
  }
}

async function add(tenant: Simulator, count: number): Promise<void> {
  const body = JSON.stringify({ count });
  const answer = await fetch(`${tenant.url}/__add`, { method: 'POST', body });
  if (answer.status !== 201) throw new Error(await answer.text());
}

let place: TenantDesk;
let running: ServiceProcess[] = [];
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map((service) => service.ends()));
  running = [];
  await place[Symbol.asyncDispose]();
});

async function open(): Promise<void> {
  place = await openTenantDesk(tenantOptions);
  await succeed(place.desk, ['init']);
}

function start(...args: string[]): ServiceProcess {
  const service = new ServiceProcess(place, args);
  running.push(service);
  return service;
}

interface Verified {
  readonly ok: boolean;
  readonly records: { readonly checked: number };
  readonly journal: { readonly runs: number; readonly entries: number };
}

describe('run --every', () => {
  it('archives what is new, pass after pass, in one run; SIGTERM ends it with 0 and its report', async () => {
    await open();
    const service = start('--json', '--report', 'report.json');
    await service.hasArchived(20);
    await add(place.tenant, 3);
    await service.hasArchived(23);
    const report = JSON.parse(await readFile(place.desk.path('report.json'), 'utf8')) as Report;
    expect(report).toMatchObject({ successful_archives: 23, archived_records: [] });
    place.tenant.advance(61_000);
    await service.sees(/service.pass/); // its own marks are seen
    await service.sees(/service.next/);
    await service.sees(/service.next/);
    const before = await entries();
    for (let pass = 0; pass < 4; pass += 1) await service.sees(/service.next/);
    expect(await entries()).toBe(before); // nothing new, no entry
    const { code, stdout } = await service.ends('SIGTERM');
    expect(code).toBe(0);
    const last = JSON.parse(stdout) as Report & { error?: unknown };
    expect(last).toMatchObject({ successful_archives: 23, failed_archives: 0, marks: { pending: 0 } });
    expect(last.archived_records).toHaveLength(23);
    expect(last.error).toBeUndefined();
    const verified = await succeed<Verified>(place.desk, ['verify']);
    expect(verified).toMatchObject({ ok: true, records: { checked: 23 }, journal: { runs: 1 } });
    expect(verified.journal.entries).toBe(before + 1);
    expect(place.tenant.truth().marked).toBe(23);
  });

  it('keeps its page as new as its last pass that did something, and ends with it', async () => {
    await open();
    const page = () => readFile(place.desk.path('page.html'), 'utf8');
    const service = start('--html', 'page.html');
    await service.hasArchived(20);
    expect(await page()).toMatch(/Archived 20 of 20 interactions[\s\S]*id="run-growth"/);
    await add(place.tenant, 3);
    await service.hasArchived(23);
    expect((await service.ends('SIGTERM')).code).toBe(0);
    expect(await page()).toMatch(/Archived 23 of 23 interactions[\s\S]*23 interactions in \d step/);
  });

  it('goes on when CXone was away', async () => {
    await open();
    const service = start('--json');
    await service.hasArchived(20);
    const { port } = place.tenant;
    await place.tenant.close();
    await service.sees(/warning: .*trying again at .*Z \(in /);
    await service.sees(/service.outage/);
    const again = await startSimulator({ ...tenantOptions, port, login: { clientSecret } });
    try {
      await add(again, 5);
      await service.hasArchived(25);
      expect((await service.ends('SIGTERM')).code).toBe(0);
    } finally {
      await again.close();
    }
    expect(await succeed<Verified>(place.desk, ['verify'])).toMatchObject({ ok: true, journal: { runs: 1 } });
  });

  it('waits for CXone when it is away from the start', async () => {
    await open();
    const { port } = place.tenant;
    await place.tenant.close();
    const service = start('--json');
    await service.sees(/service.outage/);
    const again = await startSimulator({ ...tenantOptions, port, login: { clientSecret } });
    try {
      await service.hasArchived(20);
      expect((await service.ends('SIGTERM')).code).toBe(0);
    } finally {
      await again.close();
    }
  });

  it('reads its configuration again at SIGHUP, and keeps the old one when the new one is broken', async () => {
    await open();
    const service = start('--json');
    await service.hasArchived(20);
    const config = place.desk.path('cxvault.config.json');
    await writeFile(config, '{"run": {"mark": "perhaps"}}');
    service.child.kill('SIGHUP');
    await service.sees(/warning: the configuration was not read again, the old one is kept: run.mark/);
    await writeFile(config, JSON.stringify({ run: { mark: false } }));
    service.child.kill('SIGHUP');
    await service.sees(/service.reloaded/);
    await add(place.tenant, 2);
    await service.hasArchived(22);
    const { code, stdout } = await service.ends('SIGTERM');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ marks: { sent: 20, pending: 2 } });
  });

  it('keeps others out, and leaves an archive that another run goes on with when it is killed', async () => {
    await open();
    const service = start();
    await service.hasArchived(20);
    const second = await place.desk.json(['run', '--every', '1s']);
    expect(second).toMatchObject({ code: 11, document: { error: { code: 'ARCHIVE_LOCKED' } } });
    await service.ends('SIGKILL');
    await add(place.tenant, 4);
    const next = start('--json');
    await next.hasArchived(4);
    expect((await next.ends('SIGTERM')).code).toBe(0);
    expect(await succeed<Verified>(place.desk, ['verify'])).toMatchObject({
      ok: true,
      records: { checked: 24 },
    });
  });

  it('goes on when the store was away', async () => {
    place = await openTenantDesk(tenantOptions);
    const { desk, tenant } = place;
    await mkdir(desk.path('disk'));
    await symlink('disk', desk.path('archive'));
    await succeed(desk, ['init']);
    const service = start('--json');
    await service.hasArchived(20);
    await point('archive', 'archive'); // a loop: no request gets through
    await service.sees(/service.outage/);
    await point('archive', 'disk');
    await add(tenant, 2);
    await service.hasArchived(22);
    expect((await service.ends('SIGTERM')).code).toBe(0);
    expect(await succeed<Verified>(desk, ['verify'])).toMatchObject({ ok: true, records: { checked: 22 } });
  });

  it('goes on when the folder of the archive was moved away and came back', async () => {
    await open();
    const { desk, tenant } = place;
    const service = start('--json');
    await service.hasArchived(20);
    await service.sees(/service.next/);
    await rename(desk.path('archive'), desk.path('elsewhere'));
    await service.sees(/warning: the archive is not there any more .*trying again at /);
    await service.sees(/service.outage/);
    await rename(desk.path('elsewhere'), desk.path('archive'));
    await add(tenant, 2);
    await service.hasArchived(22);
    expect((await service.ends('SIGTERM')).code).toBe(0);
    expect(await succeed<Verified>(desk, ['verify'])).toMatchObject({ ok: true, records: { checked: 22 } });
  });

  it('ends with 11 when its lock is lost, and reports what it did', async () => {
    await open();
    const service = start('--json');
    await service.hasArchived(20);
    await rm(place.desk.path('archive', 'locks'), { recursive: true });
    const { code, stdout } = await service.ends();
    expect(code).toBe(11);
    expect(JSON.parse(stdout)).toMatchObject({
      successful_archives: 20,
      error: { code: 'ARCHIVE_LOCK_LOST', exit: 11 },
    });
  });

  it('ends with 130 at Ctrl-C, and says in words what it did', async () => {
    await open();
    const service = start();
    await service.hasArchived(20);
    const { code, stdout } = await service.ends('SIGINT');
    expect(code).toBe(130);
    expect(stdout).toMatch(/^The run broke off. Archived 20 of 20 interactions/);
  });

  it('takes its pace from the configuration too, and refuses what contradicts it', async () => {
    await open();
    const { desk } = place;
    for (const args of [['--dry-run'], ['--interaction', 'x'], ['--until', '1d'], ['--format', 'envelope']]) {
      expect(await desk.json(['run', '--every', '1s', ...args])).toMatchObject({
        code: 2,
        document: { error: { code: 'USAGE' } },
      });
    }
    expect(await desk.json(['run', '--every', '0s'])).toMatchObject({ code: 2 });
    await writeFile(desk.path('cxvault.config.json'), JSON.stringify({ run: { every: '1s' } }));
    expect(await desk.json(['run', '--dry-run'])).toMatchObject({ code: 0, document: { dry_run: true } });
    const child = desk.start(['run', '--metrics-file', 'm.prom']);
    const ended = desk.ended(child);
    await metric('m.prom', /cxvault_run_last_success_timestamp_seconds/);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('keeps metrics while it runs', async () => {
    await open();
    const service = start('--metrics-file', 'cxvault.prom');
    await service.hasArchived(20);
    await service.sees(/service.next/);
    const text = await metric('cxvault.prom', /cxvault_run_lag_seconds/);
    expect(text).toMatch(/^cxvault_run_archived_interactions\{archive="file:[^"]*"\} 20$/m);
    expect(text).toMatch(/^cxvault_run_last_exit_code\{[^}]*\} 0$/m);
    await service.ends('SIGTERM');
  });
});

/** Lets a symbolic link point elsewhere, in one step. */
async function point(link: string, target: string): Promise<void> {
  await symlink(target, place.desk.path('new-link'));
  await rename(place.desk.path('new-link'), place.desk.path(link));
}

async function entries(): Promise<number> {
  const { journal } = await succeed<Verified>(place.desk, ['verify', '--depth', 'structure']);
  return journal.entries;
}

/** Waits until the metrics say it. */
async function metric(file: string, pattern: RegExp): Promise<string> {
  const { desk } = place;
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(limit)]);
  const changes = watch(desk.folder, { signal });
  const look = (): Promise<string> => readFile(desk.path(file), 'utf8').catch(() => '');
  // the watch is on from its first step, which is asked for before the first look
  const next = changes[Symbol.asyncIterator]();
  for (let change = next.next(); ; change = next.next()) {
    const text = await look();
    if (pattern.test(text)) {
      change.catch(() => undefined);
      controller.abort();
      return text;
    }
    await change;
  }
}

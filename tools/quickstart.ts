// The whole way once, on this machine alone: a simulated CXone tenant, an archive in a local folder, a run, a
// verify, a restore. Each step is the command that an operator would type. Run by `npm run quickstart`.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const simulatorBin = join('apps', 'cxone-simulator', 'bin', 'run.js');
const cliBin = join('apps', 'cli', 'bin', 'run.js');
const interactions = 25;
const simulatorStartMs = 20_000;

// Demonstration values of the simulator; there is no such tenant anywhere.
const demoLogin = { CXONE_CLIENT_ID: 'demo-client', CXONE_CLIENT_SECRET: 'demo-secret' };

/** The files of one quickstart, relative to the project. */
interface Place {
  readonly folder: string;
  readonly archive: string;
  readonly password: string;
  readonly env: string;
  /** What stays the same when the simulated tenant is started again. */
  readonly tenant: string;
  readonly report: string;
  readonly restored: string;
}

async function main(): Promise<void> {
  const place = await makePlace();
  say(`Everything goes into ${place.folder}`);
  // The same tenant when it is started again, whose interactions are then those of the hour before.
  const tenant = { login: { tenantId: randomUUID() }, population: { spanMs: 3_600_000 } };
  await writeFile(join(root, place.tenant), JSON.stringify(tenant));
  const simulator = await startSimulator(place);
  try {
    await writeEnv(place, simulator.url);
    await operate(place, simulator.url);
  } finally {
    await stop(simulator.process);
  }
}

/** A folder of its own for each quickstart, so that a second one works as well. */
async function makePlace(): Promise<Place> {
  await mkdir(join(root, 'quickstart-data'), { recursive: true, mode: 0o700 });
  const folder = await nextFolder(1);
  const password = join(folder, 'password');
  await writeFile(join(root, password), `${randomBytes(18).toString('base64url')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  return {
    folder,
    archive: join(folder, 'archive'),
    password,
    env: join(folder, 'cxone.env'),
    tenant: join(folder, 'tenant.json'),
    report: join(folder, 'report.json'),
    restored: join(folder, 'restored'),
  };
}

async function nextFolder(number: number): Promise<string> {
  const folder = join('quickstart-data', String(number));
  try {
    await mkdir(join(root, folder), { mode: 0o700 });
    return folder;
  } catch (error) {
    if (property(error, 'code') !== 'EEXIST') throw error;
    return await nextFolder(number + 1);
  }
}

async function writeEnv(place: Place, url: string): Promise<void> {
  const variables = { CXONE_API_BASE: url, ...demoLogin, CXONE_ARCHIVAL_FIELD_ID: 'archival_status' };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(root, place.env), lines.join(''), { mode: 0o600 });
}

async function operate(place: Place, url: string): Promise<void> {
  const archive = ['--archive', place.archive, '--password-file', place.password];
  const source = ['--env-file', place.env];

  heading('1. Create an archive');
  await cxvault('init', ...archive);
  heading('2. Check that everything a run needs is there');
  await cxvault('doctor', ...archive, ...source);
  heading(`3. Archive the tenant's ${String(interactions)} closed interactions with their recordings`);
  await cxvault('run', ...archive, ...source, '--report', place.report);
  heading('4. Prove the archive whole by reading all of it back');
  await cxvault('verify', ...archive);
  heading('5. Restore one interaction with its recording');
  const id = await anArchivedInteraction(place);
  await cxvault('restore', ...archive, '--interaction', id, '--out', place.restored);
  await closing(place, url);
}

async function anArchivedInteraction(place: Place): Promise<string> {
  const report: unknown = JSON.parse(await readFile(join(root, place.report), 'utf8'));
  const id = property(property(property(report, 'archived_records'), '0'), 'interaction_id');
  if (typeof id !== 'string') throw new Error('the run archived nothing');
  return id;
}

async function closing(place: Place, url: string): Promise<void> {
  const files = await readdir(join(root, place.restored), { recursive: true, withFileTypes: true });
  const restored = files
    .filter((file) => file.isFile())
    .map((file) => relative(root, join(file.parentPath, file.name)));
  const archive = `--archive ${place.archive} --password-file ${place.password}`;
  heading('Done. Where everything is');
  say(`  the archive        ${place.archive} (encrypted; its wrapped keys in keys/ there)`);
  say(`  its password       ${place.password}`);
  say(`  the run's report   ${place.report}`);
  for (const file of restored) say(`  restored           ${file}`);
  heading('What to type next');
  say('  Read one archived object, without the rest of the archive but for its keys:');
  say(`    npx cxvault decrypt ${await aSegment(place)} --password-file ${place.password}`);
  say('  Verify again, as a document for other programs:');
  say(`    npx cxvault verify ${archive} --json`);
  say('  Start the simulated tenant again with new interactions, and archive those too (two terminals):');
  say(
    `    npx cxone-simulator --settings ${place.tenant} --seed tomorrow --interactions ${String(interactions)} --port ${new URL(url).port}`,
  );
  say(`    npx cxvault run ${archive} --env-file ${place.env}`);
  say('  For a real tenant and a bucket of your own, see the README.');
}

async function aSegment(place: Place): Promise<string> {
  const files = await readdir(join(root, place.archive, 'data', 'records'), {
    recursive: true,
    withFileTypes: true,
  });
  const segment = files.find((file) => file.isFile());
  if (segment === undefined) throw new Error('the archive holds no records');
  return relative(root, join(segment.parentPath, segment.name));
}

/** Runs a command as a user would, showing it first. Rejects when it fails. */
async function cxvault(...args: string[]): Promise<void> {
  say(`$ npx cxvault ${args.join(' ')}`);
  const child = spawn(process.execPath, [cliBin, ...args], { cwd: root, stdio: 'inherit', env: cleanEnv() });
  endWithUs(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`cxvault ${args[0] ?? ''} ended with exit code ${String(code)}`);
}

/** What is set for a real tenant and archive has no business here. */
function cleanEnv(): NodeJS.ProcessEnv {
  const foreign = /^(CXONE_|CXVAULT_ARCHIVE$|ARCHIVAL_|S3_BUCKET_NAME$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function startSimulator(place: Place): Promise<{ process: ChildProcess; url: string }> {
  const settings = ['--settings', place.tenant, '--seed', 'today', '--interactions', String(interactions)];
  const args = [simulatorBin, '--port', '0', ...settings];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...cleanEnv(), ...demoLogin },
  });
  endWithUs(child);
  try {
    return { process: child, url: await announcedUrl(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function announcedUrl(child: ChildProcess): Promise<string> {
  const output = child.stdout;
  if (output === null) throw new Error('the simulator has no output');
  const signal = AbortSignal.timeout(simulatorStartMs);
  for await (const line of createInterface({ input: output, signal })) {
    const url = property(JSON.parse(line), 'url');
    if (typeof url === 'string') return url;
  }
  throw new Error('the simulator did not start');
}

/** However this process ends, what it started ends with it. */
function endWithUs(child: ChildProcess): void {
  process.once('exit', () => child.kill());
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function heading(text: string): void {
  say(`\n${text}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
try {
  await main();
} catch (error) {
  process.stderr.write(`quickstart: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

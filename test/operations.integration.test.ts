import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../docs/operations/', import.meta.url));

/** What a validator says; undefined, and the reason printed, where there is none. */
async function validate(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, args);
    return stdout + stderr;
  } catch (error) {
    if (!isMissing(error)) throw error;
    console.warn(`skipped: ${program} is not installed here`);
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

describe('docs/operations, by the programs that read it', () => {
  it('has units that systemd takes', async () => {
    const place = await mkdtemp(join(tmpdir(), 'cxvault-units-'));
    try {
      const names = await readdir(join(folder, 'systemd'));
      for (const name of names) {
        const unit = await readFile(join(folder, 'systemd', name), 'utf8');
        // systemd looks for the program, which is not installed on this machine
        const here = unit.replaceAll(
          /^(ExecStart=)(\/usr\/local\/bin\/cxvault|\/usr\/bin\/logger)/gm,
          '$1/bin/true',
        );
        await writeFile(join(place, name), here);
      }
      const units = names.filter((name) => !name.includes('@')).map((name) => join(place, name));
      const said = await validate('systemd-analyze', ['verify', '--man=no', ...units]);
      const ours = (said ?? '').split('\n').filter((line) => line.includes('cxvault'));
      expect(ours).toEqual([]);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('has times that systemd understands', async () => {
    for (const name of ['cxvault-run.timer', 'cxvault-verify.timer']) {
      const unit = await readFile(join(folder, 'systemd', name), 'utf8');
      const [, calendar = ''] = /^OnCalendar=(.*)$/m.exec(unit) ?? [];
      const said = await validate('systemd-analyze', ['calendar', calendar]);
      if (said !== undefined) expect(said).toContain('Next elapse');
    }
  });

  it('has alerts that Prometheus takes', async () => {
    const said = await validate('promtool', ['check', 'rules', join(folder, 'prometheus-rules.yaml')]);
    if (said !== undefined) expect(said).toContain('SUCCESS');
  });

  it('has manifests that kubeconform takes', async () => {
    await validate('kubeconform', ['-strict', join(folder, 'kubernetes')]);
  });

  it('has a rotation that logrotate takes', async () => {
    const place = await mkdtemp(join(tmpdir(), 'cxvault-rotation-'));
    try {
      const rotation = await readFile(join(folder, 'cxvault.logrotate'), 'utf8');
      const file = join(place, 'cxvault');
      // this machine has no user of that name
      await writeFile(file, rotation.replace('create 0600 cxvault cxvault', 'create 0600'), { mode: 0o644 });
      await validate('logrotate', ['--debug', '--state', join(place, 'state'), file]);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('has a script that a shell takes', async () => {
    expect(await validate('sh', ['-n', join(folder, 'cron.sh')])).toBe('');
  });
});

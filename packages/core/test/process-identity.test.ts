import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { isGone, ownProcess } from '../src/process-identity.ts';

describe('a process', () => {
  it('that runs is not gone', () => {
    expect(isGone(ownProcess())).toBe(false);
  });

  it('that was killed is gone, though its parent has not asked how it ended', async () => {
    if (process.platform !== 'linux') return; // no other system tells
    // the shell becomes a program that never waits for the child it began
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const line: unknown = (await once(parent.stdout, 'data')).at(0);
      const pid = Number(String(line));
      const other = { ...ownProcess(), pid, process_start: null };
      expect(isGone(other)).toBe(false);
      process.kill(pid, 'SIGKILL');
      while (!readFileSync(`/proc/${String(pid)}/stat`, 'latin1').includes(') Z '))
        await new Promise(setImmediate);
      expect(isGone(other)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

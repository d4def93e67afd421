import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('../.ci/summary.mjs', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxvault-summary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Counts {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
}

function counted(passed: number, failed = 0, brokenSuites = 0): Counts {
  return { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: brokenSuites };
}

function summary(results: Record<string, Counts>, failedSteps: string[] = []): [string, number | null] {
  for (const [step, counts] of Object.entries(results)) {
    writeFileSync(join(folder, `${step}.json`), JSON.stringify(counts));
  }
  const { stdout, status } = spawnSync(process.execPath, [script, folder, ...failedSteps], {
    encoding: 'utf8',
  });
  return [stdout.trimEnd().split('\n').at(-1) ?? '', status];
}

describe('the last line of .ci/run', () => {
  it('adds up both suites', () => {
    expect(summary({ test: counted(7), integration: counted(3) })).toEqual(['10 passed, 0 failed', 0]);
  });
  it('counts failed tests and suites that did not load', () => {
    const results = { test: counted(7, 2), integration: counted(3, 0, 1) };
    expect(summary(results, ['test', 'integration'])).toEqual(['10 passed, 3 failed', 1]);
  });
  it('counts a failed step that runs no tests', () => {
    expect(summary({ test: counted(7), integration: counted(3) }, ['lint'])).toEqual([
      '10 passed, 1 failed',
      1,
    ]);
  });
  it('fails when a suite ran no test', () => {
    expect(summary({ test: counted(7), integration: counted(0) })).toEqual(['7 passed, 1 failed', 1]);
  });
  it('fails when a suite left no results', () => {
    expect(summary({ integration: counted(3) }, ['test'])).toEqual(['3 passed, 1 failed', 1]);
  });
  it('fails when the runner failed though each test passed', () => {
    expect(summary({ test: counted(7), integration: counted(3) }, ['test'])).toEqual([
      '10 passed, 1 failed',
      1,
    ]);
  });
});

import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { RunProgress } from '@cxvault/core';
import { BudgetUse } from '../src/budget-use.ts';
import { Pace } from '../src/pace.ts';
import { presentRunProgress } from '../src/present/run-progress.ts';
import { presentVerifyProgress } from '../src/present/verify-progress.ts';
import { type ProgressStream, showProgress } from '../src/progress.ts';

/** A stream that counts as a terminal (or as none), and what was written to it. */
function screen(isTTY: boolean): { stream: ProgressStream; written: () => string } {
  const chunks: Buffer[] = [];
  const pipe = new PassThrough();
  pipe.on('data', (chunk: Buffer) => chunks.push(chunk));
  const stream = Object.assign(pipe, { isTTY, columns: 60 });
  return { stream, written: () => Buffer.concat(chunks).toString() };
}

const state: RunProgress = {
  phase: 'archiving',
  listed: 4_000,
  found: 3_000,
  taken: 1_000,
  archived: 900,
  unchanged: 1_000,
  failed: 1,
  media: 900,
  mediaBytes: 1_500_000,
  marked: 800,
};

/** A pace that has seen so much in ten seconds. */
function paceOf(value: number): Pace {
  let now = 0;
  const pace = new Pace(() => now);
  pace.note(0);
  now = 10_000;
  pace.note(value);
  return pace;
}

describe('the progress of a run', () => {
  it('has phase, counts, rates and an estimate', () => {
    const pace = { fetched: paceOf(1_000), archived: paceOf(900) };
    expect(presentRunProgress(state, pace, new BudgetUse())).toEqual({
      text: 'archiving, about 20.0 s left: 1,000 of 3,000 fetched (100.0/s), 900 archived (90.0/s), 1,000 unchanged, 1 failed, 4,000 listed, 900 media (1.5 MB), 800 marked',
      done: 1_000,
      total: 3_000,
    });
    expect(presentRunProgress({ ...state, phase: 'listing' }, pace, new BudgetUse()).text).not.toContain(
      'left',
    );
  });

  it('explains waits for a budget, the longest one, while they last', () => {
    let now = 0;
    const budgets = new BudgetUse(() => now);
    const text = (): string =>
      presentRunProgress(state, { fetched: new Pace(), archived: new Pace() }, budgets).text;
    budgets.waiting('query', 200);
    expect(text()).not.toContain('waiting');
    budgets.waiting('media-playback', 2_400);
    expect(text()).toMatch(/, waiting 2 s for the media-playback budget: /);
    now = 1_000;
    expect(text()).toMatch(/, waiting 1 s for the media-playback budget: /);
    budgets.taken('media-playback', { used: 3, limit: 12, perMs: 60_000 });
    expect(text()).not.toContain('waiting');
    expect(budgets.uses()).toEqual([{ family: 'media-playback', used: 3, limit: 12 }]);
    now = 62_000;
    expect(budgets.uses()).toEqual([{ family: 'media-playback', used: 0, limit: 12 }]);
  });
});

it('the progress of a verify has a speed and an estimate', () => {
  const pace = { objects: paceOf(50), bytes: paceOf(20_000_000) };
  expect(presentVerifyProgress({ checked: 50, total: 200, bytes: 20_000_000 }, pace).text).toBe(
    'verifying: 50 of 200 objects (25 %), 20.0 MB (2.0 MB/s), about 30.0 s left',
  );
});

describe('showing it', () => {
  it('draws a bar on a terminal, cut at its width, and leaves nothing behind', async () => {
    const { stream, written } = screen(true);
    const progress = showProgress({}, stream);
    const drawn = Promise.withResolvers<undefined>();
    progress.update(() => {
      drawn.resolve(undefined);
      return { text: 'x'.repeat(100), done: 1, total: 2 };
    });
    await drawn.promise;
    progress[Symbol.dispose]();
    expect(written()).toContain(`[##########..........] ${'x'.repeat(37)}`);
    expect(written()).not.toContain('x'.repeat(38));
    expect(written().endsWith('\u001B[2K')).toBe(true);
  });

  it('is silent when asked, on a terminal and without', () => {
    for (const isTTY of [true, false]) {
      const { stream, written } = screen(isTTY);
      const progress = showProgress({ quiet: true }, stream);
      progress.update('something');
      progress[Symbol.dispose]();
      expect(written()).toBe('');
    }
  });
});

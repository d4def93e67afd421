import { describe, expect, it } from '@jest/globals';

import type { InteractionSource, Lane } from '@cxvault/plugin-api';

import type { JournalledWindow } from '../src/run/coverage.ts';
import { type LaneStart, windowsToList } from '../src/run/windows.ts';

const day = 86_400_000;
const now = Date.parse('2026-06-30T12:00:00.000Z');

function ago(days: number): string {
  return new Date(now - days * day).toISOString();
}

const source = {
  lanes: ['start', 'update'],
  reach: { start: { kept: 760 * day }, update: { kept: 29 * day, listed: 29 * day } },
  now: () => now,
} as const satisfies Pick<InteractionSource, 'lanes' | 'reach' | 'now'>;

/** The windows as [lane, from, to] of a source whose lanes reach back differently, and what is said about it. */
function listed(
  covered: Partial<Record<Lane, { from: string; to: string }>>,
  since?: string,
  settlingLagMs = 0,
): { windows: string[][]; warnings: string[] } {
  const warnings: string[] = [];
  const windowsOf = (lane: Lane): JournalledWindow[] => {
    const window = covered[lane];
    return window ? [{ lane, ...window, at: window.to }] : [];
  };
  const windows = windowsToList(
    { source, settlingLagMs, clock: { now: () => now }, catalog: { windows: () => [] } },
    (message) => warnings.push(message),
    (lane): LaneStart => ({ windows: windowsOf(lane), since }),
  );
  return { windows: windows.map(({ lane, from, to }) => [lane, from, to]), warnings };
}

describe('lanes that reach back differently', () => {
  it('begin, in a first run, where the source keeps everything', () => {
    const { windows, warnings } = listed({});
    expect(windows).toEqual([
      ['start', ago(760), ago(0)],
      ['update', ago(29), ago(0)],
    ]);
    expect(warnings).toEqual([]);
  });

  it('claim nothing before their reach, even if --since asks for it', () => {
    expect(listed({}, ago(400)).windows).toEqual([
      ['start', ago(400), ago(0)],
      ['update', ago(29), ago(0)],
    ]);
  });

  it('need nothing listed again for --since, wherever their marks are', () => {
    const covered = { start: { from: ago(500), to: ago(30) }, update: { from: ago(60), to: ago(30) } };
    const { windows, warnings } = listed(covered, ago(400));
    expect(windows).toEqual([
      ['start', ago(400), ago(0)],
      ['update', ago(29), ago(0)],
    ]);
    expect(warnings).toEqual([]);
  });

  it('reach back from where they end, the settling lag before now', () => {
    expect(listed({}, undefined, day).windows).toEqual([
      ['start', ago(761), ago(1)],
      ['update', ago(30), ago(1)],
    ]);
  });

  it('go on with the usual look-back while the low-water mark is within reach', () => {
    const covered = { start: { from: ago(400), to: ago(23) }, update: { from: ago(52), to: ago(23) } };
    const { windows, warnings } = listed(covered);
    expect(windows).toEqual([
      ['start', ago(30), ago(0)],
      ['update', ago(29), ago(0)],
    ]);
    expect(warnings).toEqual([]);
  });

  it('list everything again by start when changes lie out of reach, and say so', () => {
    const covered = { start: { from: ago(400), to: ago(30) }, update: { from: ago(60), to: ago(30) } };
    const { windows, warnings } = listed(covered);
    expect(windows).toEqual([
      ['start', ago(400), ago(0)],
      ['update', ago(37), ago(0)],
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/listed again by their start/);
  });
});

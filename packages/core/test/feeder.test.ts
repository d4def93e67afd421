import { describe, expect, it } from '@jest/globals';

import { newId } from '@cxvault/crypto-codec';
import type { InteractionPage, ListWindow } from '@cxvault/plugin-api';

import { Catalog } from '../src/catalog/catalog.ts';
import { Feeder } from '../src/run/feeder.ts';
import { WorkList } from '../src/run/work-list.ts';
import { at, sourceOf } from './listing-source.ts';
import { VirtualClock } from './virtual-clock.ts';

const start = { lane: 'start', from: at(1), to: at(18) } as const;
const update = { lane: 'update', from: at(14), to: at(18) } as const;

/** What is covered when the lane `start` gives this page, and the lane `update` an empty one. */
async function covered(page: InteractionPage, outOfReach: boolean): Promise<ListWindow[]> {
  const catalog = Catalog.open('', newId());
  const work = new WorkList();
  const nothing = (): void => undefined;
  try {
    const feeder = new Feeder({
      source: sourceOf([page], [{ rows: [] }]),
      catalog,
      clock: new VirtualClock(),
      work,
      windows: [
        { ...start, outOfReach: false },
        { ...update, outOfReach },
      ],
      interactions: undefined,
      retryFailed: false,
      media: true,
      limitReached: () => false,
      isDue: undefined,
      onPage: nothing,
      onPhase: nothing,
    });
    return await feeder.feed(new AbortController().signal);
  } finally {
    work.dispose();
    catalog.close();
  }
}

describe('lanes', () => {
  it('are both covered when both were listed whole', async () => {
    for (const outOfReach of [false, true])
      expect(await covered({ rows: [] }, outOfReach)).toEqual([start, update]);
  });

  it('do not hang on each other as long as each reaches back to its own mark', async () => {
    expect(await covered({ rows: [], completeTo: at(9) }, false)).toEqual([{ ...start, to: at(9) }, update]);
    expect(await covered({ rows: [], completeTo: at(1) }, false)).toEqual([update]);
  });

  it('that are out of reach are covered only with the whole lane that makes up for it', async () => {
    expect(await covered({ rows: [], completeTo: at(9) }, true)).toEqual([{ ...start, to: at(9) }]);
    expect(await covered({ rows: [], completeTo: at(1) }, true)).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '@cxvault/crypto-codec';
import type { InteractionPage, InteractionSource, Lane, ListWindow } from '@cxvault/plugin-api';

import { Catalog } from '../src/catalog/catalog.ts';
import { Lister } from '../src/run/lister.ts';
import { WorkList } from '../src/run/work-list.ts';
import { at, sourceOf } from './listing-source.ts';

let catalog: Catalog;
let work: WorkList;

beforeEach(() => {
  catalog = Catalog.open('', newId());
  work = new WorkList();
});

afterEach(() => {
  catalog.close();
  work.dispose();
});

function list(
  source: InteractionSource,
  lane: Lane = 'start',
  from = at(10),
  to = at(18),
): Promise<ListWindow | undefined> {
  const lister = new Lister({ source, catalog, work, window: { lane, from, to } });
  return lister.list(new AbortController().signal, () => false);
}

const sighted = (): string[] => work.items().map(({ interactionId }) => interactionId);

describe('a window whose list is not complete', () => {
  const row = { interactionId: 'a', updatedTime: at(11) };

  it('is covered up to the earliest time that a page names', async () => {
    const pages = [
      { rows: [row], completeTo: at(16) },
      { rows: [], completeTo: at(14) },
      { rows: [], completeTo: at(17) },
    ];
    expect(await list(sourceOf(pages))).toEqual({ lane: 'start', from: at(10), to: at(14) });
    expect(sighted()).toEqual(['a']);
  });

  it('is covered whole when a page is complete to a later time', async () => {
    expect(await list(sourceOf([{ rows: [row], completeTo: at(19) }]))).toMatchObject({ to: at(18) });
  });

  it('is not covered at all when nothing of it is complete, though its rows are taken', async () => {
    expect(await list(sourceOf([{ rows: [row], completeTo: at(10) }]))).toBeUndefined();
    expect(sighted()).toEqual(['a']);
  });

  it('is covered as far as its last pass was complete', async () => {
    const early = [{ rows: [row], completeTo: at(12) }];
    expect(await list(sourceOf(early, [{ rows: [row] }]))).toMatchObject({ to: at(18) });
  });

  it('is covered no further when only its last pass was not complete', async () => {
    const early = [{ rows: [row], completeTo: at(12) }];
    expect(await list(sourceOf([{ rows: [row] }], early))).toMatchObject({ to: at(12) });
  });
});

describe('a row', () => {
  it('lies where its position says, not its update', async () => {
    const updatedTime = at(19);
    const rows = [
      { interactionId: 'in', updatedTime, position: at(10) },
      { interactionId: 'older', updatedTime, position: at(9) },
    ];
    expect(await list(sourceOf([{ rows }]))).toMatchObject({ to: at(18) });
    expect(sighted()).toEqual(['in']);
  });

  it('at the end of the window belongs to the next one, but is taken along', async () => {
    const pages = (n: number): InteractionPage[] => [
      { rows: [{ interactionId: `at the end ${String(n)}`, updatedTime: at(11), position: at(18) }] },
    ];
    // each pass shows another one: they do not keep the list from coming to its end
    expect(await list(sourceOf(pages(1), pages(2)))).toMatchObject({ to: at(18) });
    expect(sighted()).toEqual(['at the end 1']);
  });

  it('that is older neither ends a list of windows nor is passed over: the source knows why it gave it', async () => {
    const pages = [
      { rows: [{ interactionId: 'older', updatedTime: at(8) }] },
      { rows: [{ interactionId: 'in', updatedTime: at(12) }] },
    ];
    await list(sourceOf(pages), 'update');
    expect(sighted()).toEqual(['older', 'in']);
  });
});

describe('a list of everything', () => {
  it('ends with the first page that is older than the window as a whole, by the updates of its rows', async () => {
    const older = { interactionId: 'older', updatedTime: at(9) };
    const pages = [
      { rows: [{ interactionId: 'in', updatedTime: at(12) }, older] },
      { rows: [older] },
      { rows: [{ interactionId: 'never reached', updatedTime: at(12) }] },
    ];
    expect(await list({ ...sourceOf(pages), listsWindows: false }, 'update')).toMatchObject({ to: at(18) });
    expect(sighted()).toEqual(['in']);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { InteractionSource, Lane, ListWindow } from '@cxvault/plugin-api';

import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import type { EntryLists } from '../src/journal-entry.ts';
import { Lister } from '../src/run/lister.ts';
import { WorkList } from '../src/run/work-list.ts';
import { ArchiveBuilder } from './archive-builder.ts';
import { at, sourceOf } from './listing-source.ts';

let builder: ArchiveBuilder;
let catalog: Catalog;
let work: WorkList;

beforeEach(async () => {
  builder = await ArchiveBuilder.create();
  catalog = Catalog.open('', builder.archive.id);
  work = new WorkList();
});

afterEach(() => {
  catalog.close();
  work.dispose();
});

/** Archives an interaction that was updated then; and what a later entry says. */
async function know(updated: string, later?: EntryLists): Promise<void> {
  const run = builder.run();
  await run.archive([{ id: 'known', updated }]);
  if (later) await run.append(later);
  await syncCatalog(builder.archive, catalog);
}

/** Lists a window, from which nothing comes; its lane `update` reaches back to 14:00. */
function list(
  { lane = 'update', from = at(10) }: { lane?: Lane; from?: string } = {},
  traits: Partial<InteractionSource> = {},
): Promise<ListWindow | undefined> {
  const source = { ...sourceOf([]), ...traits };
  const lister = new Lister({ source, catalog, work, window: { lane, from, to: at(18) } });
  return lister.list(new AbortController().signal, () => false);
}

const error = { code: 'SOURCE_LIST_EMPTY' };

describe('an empty list of changes', () => {
  it.each([at(14), at(17)])(
    'is an error where the archive knows a change that it must show: %s',
    async (time) => {
      await know(time);
      await expect(list()).rejects.toMatchObject(error);
    },
  );

  it.each([
    ['before its reach', at(13), at(10)],
    ['before its window', at(15), at(16)],
    ['at the end of its window', at(18), at(10)],
  ])('is none where the only change that is known lies %s', async (_, time, from) => {
    await know(time);
    expect(await list({ from })).toEqual({ lane: 'update', from, to: at(18) });
  });

  it.each<[string, EntryLists]>([
    ['has changed again', { seen: [{ interaction_id: 'known', updated_time: at(19) }] }],
    ['is erased', { erased: [{ interaction_id: 'known', objects: [], at: at(19), reason: 'asked' }] }],
  ])('is none where the interaction %s since', async (_, later) => {
    await know(at(15), later);
    expect(await list()).toMatchObject({ to: at(18) });
  });

  it('counts all changes where the lane reaches back without end', async () => {
    await know(at(11));
    await expect(list({}, { reach: {} })).rejects.toMatchObject(error);
  });

  it('is none where the clock of the API is not known', async () => {
    await know(at(15));
    expect(await list({}, { now: () => undefined })).toMatchObject({ to: at(18) });
  });
});

describe('an empty list by start', () => {
  it('is none: in this time nothing may have begun', async () => {
    await know(at(15));
    expect(await list({ lane: 'start' })).toMatchObject({ lane: 'start', to: at(18) });
  });
});

describe('an empty list of everything', () => {
  it('is an error as soon as the archive knows an interaction', async () => {
    const traits = { listsWindows: false };
    expect(await list({}, traits)).toMatchObject({ to: at(18) });
    await know(at(1));
    await expect(list({}, traits)).rejects.toMatchObject(error);
  });
});

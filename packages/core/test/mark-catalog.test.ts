import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { type EntryMark, nothingToMark } from '../src/journal-entry.ts';
import { ArchiveBuilder } from './archive-builder.ts';

type Mark = Pick<EntryMark, 'outcome' | 'reason'>;

const pending: Mark = { outcome: 'pending' };
const sent: Mark = { outcome: 'sent' };
const denied: Mark = { outcome: 'refused', reason: 'denied status=403' };
const noPlace: Mark = { outcome: 'refused', reason: nothingToMark };

let builder: ArchiveBuilder;
let catalog: Catalog;

beforeEach(async () => {
  builder = await ArchiveBuilder.create();
  catalog = Catalog.open('', builder.archive.id);
});

afterEach(() => {
  catalog.close();
});

/** What holds of an interaction whose marks came out so, one after the other. */
async function after(...marks: readonly Mark[]): Promise<{ settled: boolean; pending: boolean }> {
  const run = builder.run();
  await run.archive([{ id: 'a' }]);
  for (const mark of marks)
    await run.append({ marks: [{ interaction_id: 'a', status: 'archived', ...mark }] });
  await syncCatalog(builder.archive, catalog);
  const isPending = catalog.pendingMarks('', 9).includes('a');
  expect(catalog.pendingMarkCount()).toBe(Number(isPending));
  return { settled: catalog.isMarkSettled('a'), pending: isPending };
}

describe('the mark of an interaction', () => {
  it.each<[string, Mark[]]>([
    ['none was tried', []],
    ['it could not be sent', [pending]],
    ['there was no place for it, and then it could not be sent', [noPlace, pending]],
  ])('is pending when %s', async (_, marks) => {
    expect(await after(...marks)).toEqual({ settled: false, pending: true });
  });

  it.each<[string, Mark[]]>([
    ['it was sent', [pending, sent]],
    ['it was refused', [pending, denied]],
    ['it was refused, and not said why', [{ outcome: 'refused' }]],
    ['it was sent, whatever came later', [sent, noPlace]],
    ['it was refused, and later could not be sent', [denied, pending]],
    ['it was refused, and later sent', [denied, sent]],
    ['it had no place, and was refused later', [noPlace, denied]],
    ['it had no place, and was sent later', [noPlace, sent]],
  ])('is settled when %s', async (_, marks) => {
    expect(await after(...marks)).toEqual({ settled: true, pending: false });
  });

  it('is sent once it was, whatever was said of it before and after', async () => {
    await after(denied, sent, denied);
    expect(catalog.markOutcome('a')).toBe('sent');
  });

  it('waits for a place when it had none: neither settled nor pending', async () => {
    expect(await after(noPlace)).toEqual({ settled: false, pending: false });
  });
});

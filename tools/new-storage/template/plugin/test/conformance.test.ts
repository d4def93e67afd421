import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describeStore } from '@cxvault/storage-testkit';

import { PigeonError } from '../src/client.ts';
import { pigeonStorage } from '../src/factory.ts';

describeStore('PigeonStore', {
  make: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pigeon-'));
    const file = join(folder, 'objects');
    return {
      store: await pigeonStorage.open(new URL(`pigeon://${file}`), { settings: undefined, env: {} }),
      unfinished: async () => unfinishedUploads(file),
      close: () => rm(folder, { recursive: true }),
    };
  },
  absent: {
    retention: 'this store keeps nothing from being removed',
    flippedBits: 'there is no connection to a file',
  },
  errors: [
    { error: new PigeonError('missing', 'a'), kind: 'not-found' },
    { error: new PigeonError('taken', 'a'), kind: 'exists' },
  ],
});

/** Asks the service itself: a store that left something behind would not know of it. */
function unfinishedUploads(file: string): number {
  using database = new DatabaseSync(file);
  const query = 'SELECT count(*) AS parts FROM parts WHERE upload NOT IN (SELECT upload FROM objects)';
  return Number(database.prepare(query).get()?.['parts']);
}

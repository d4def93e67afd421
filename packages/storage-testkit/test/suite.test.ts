import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { allCases, runCase } from '../src/describe-store.ts';
import { faults } from './faulty-stores.ts';

describe('the suite', () => {
  it.each(faults)('finds a store that $fault', async ({ make, found, absent, disturbed }) => {
    const finder = allCases.find(({ name }) => name === found);
    if (finder === undefined) throw new Error(`there is no case "${found}"`);
    const options = {
      make: () => {
        const store = make();
        return Promise.resolve({ store, ...(disturbed && { disturbed: disturbed(store) }) });
      },
      pageSize: 50,
      wait: noWait,
      ...(absent && { absent }),
    };
    // By an expectation that fails, or by an error of the store that no case reckons with.
    await expect(runCase(finder, options, 1)).rejects.toThrow();
  });

  it('has no two cases of one name', () => {
    const names = allCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** Of the faulty stores, none has a clock that would be waited for. */
function noWait(): Promise<void> {
  return Promise.resolve();
}

describe('the store in memory', () => {
  it('can be used without Jest', () => {
    const script = `
      const { MemoryStore } = await import('@cxvault/storage-testkit/memory-store');
      const store = new MemoryStore({ now: () => 0 });
      console.log((await store.put('a', Buffer.from('abc'))).modifiedAt.toISOString());`;
    const args = ['--conditions=@cxvault/source', '--input-type=module', '--eval', script];
    const output = execFileSync(process.execPath, args, {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
    });
    expect(output).toBe('1970-01-01T00:00:00.000Z\n');
  });
});

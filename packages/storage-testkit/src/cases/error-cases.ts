import { expect } from '@jest/globals';

import type { StoreCase } from '../store-under-test.ts';

export const errorCases: readonly StoreCase[] = [
  {
    name: 'calls what it does not know permanent',
    run: async ({ store }) => {
      for (const error of [
        new Error('unheard of'),
        new TypeError(),
        'text',
        undefined,
        null,
        42,
        {},
        { name: 1 },
      ]) {
        expect(store.classify(error)).toBe('permanent');
      }
    },
  },
  {
    name: "classifies its SDK's errors",
    run: async ({ store, errors }) => {
      for (const { error, kind } of errors)
        expect({ error, kind: store.classify(error) }).toEqual({ error, kind });
    },
  },
];

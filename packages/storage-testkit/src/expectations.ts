import { expect } from '@jest/globals';

import type { ObjectStore } from '@cxvault/plugin-api';

import { collect, sha256 } from './random-bytes.ts';
import type { CaseContext } from './store-under-test.ts';

/** The error that a call throws; fails the test when it does not. */
export async function errorOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call was expected to fail, and succeeded');
}

/** The object is there with exactly these bytes, by `get` and by `stat`. */
export async function expectObject(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  const stored = await collect(await store.get(key));
  expect({ key, size: stored.length, sha256: sha256(stored) }).toEqual({
    key,
    size: bytes.length,
    sha256: sha256(bytes),
  });
  expect(await store.stat(key)).toMatchObject({ key, size: bytes.length });
}

/** The object is not there in any way, and nothing of it either. */
export async function expectNothing(context: CaseContext, key: string): Promise<void> {
  expect(await context.store.stat(key)).toBeUndefined();
  const error = await errorOf(async () => collect(await context.store.get(key)));
  expect(context.store.classify(error)).toBe('not-found');
  expect(await keysOf(context.store, key)).toEqual([]);
  await expectNothingUnfinished(context);
}

/** No upload was left half way. */
export async function expectNothingUnfinished({ unfinished }: CaseContext): Promise<void> {
  if (unfinished !== undefined) expect(await unfinished()).toBe(0);
}

/** The keys that the store lists. */
export async function keysOf(
  store: ObjectStore,
  prefix: string,
  options?: { readonly startAfter?: string },
): Promise<string[]> {
  const keys: string[] = [];
  for await (const info of store.list(prefix, options)) keys.push(info.key);
  return keys;
}

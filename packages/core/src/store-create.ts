import { CxvaultError } from '@cxvault/plugin-api';
import type { CallOptions, ObjectInfo, ObjectStore, PutOptions } from '@cxvault/plugin-api';

import { readSmallObject } from './store-read.ts';

/**
 * Creates an object that is written once. When the store says that it exists, its content decides: equal bytes
 * are our own, stored by an attempt whose answer was lost. Throws `STORE_CONFLICT` when they are other bytes,
 * which are left as they are.
 */
export async function createObject(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  options: Omit<PutOptions, 'ifAbsent' | 'size'> = {},
): Promise<void> {
  const outcome = await tryCreateObject(store, key, bytes, options);
  if (outcome === 'created') return;
  throw new CxvaultError(
    'STORE_CONFLICT',
    'the store holds other bytes under the name of an object to write',
    {
      context: { key },
      hint: 'another program writes under this archive address, or an object was replaced; run verify',
    },
  );
}

/** {@link createObject} for callers that reckon with another's object: `taken` when there is one. */
export async function tryCreateObject(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  options: Omit<PutOptions, 'ifAbsent' | 'size'> = {},
): Promise<'created' | 'taken'> {
  const { createIfAbsent } = store.capabilities;
  // Without conditional create this look is all there is: best effort, as the format document says.
  if (!createIfAbsent && (await store.stat(key, options))) {
    return (await holdsExactly(store, key, bytes, options)) ? 'created' : 'taken';
  }
  try {
    await store.put(key, bytes, {
      ...options,
      size: bytes.length,
      ...(createIfAbsent && { ifAbsent: true }),
    });
    return 'created';
  } catch (error) {
    if (store.classify(error) !== 'exists') throw error;
    return (await holdsExactly(store, key, bytes, options)) ? 'created' : 'taken';
  }
}

/**
 * What the store knows of the object when its content is exactly `bytes`, which are in memory anyway; undefined when
 * it is not.
 */
export async function holdsExactly(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  { signal }: CallOptions = {},
): Promise<ObjectInfo | undefined> {
  const options = signal ? { signal } : {};
  const info = await store.stat(key, options);
  if (info?.size !== bytes.length) return undefined;
  const stored = await readSmallObject(store, key, bytes.length, options);
  return stored && Buffer.compare(stored, bytes) === 0 ? info : undefined;
}

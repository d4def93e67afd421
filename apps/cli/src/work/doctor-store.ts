import { randomUUID } from 'node:crypto';
import { CxvaultError, type ObjectStore } from '@cxvault/plugin-api';
import { type CheckOutcome, failed, ok, warning } from './doctor-checks.ts';

/**
 * Tries what a run needs of the store, on one small object under `locks/`, which is no part of an archive's
 * content: list, write, create if absent, read, remove. The object is removed whatever happens.
 */
export async function checkStore(store: ObjectStore): Promise<CheckOutcome> {
  const key = `locks/doctor-${randomUUID()}`;
  try {
    // Lists first: a bucket that does not exist shows here, before anything is written.
    for await (const found of store.list('locks/doctor-')) if (found.key === key) break;
    await store.put(key, content, { ifAbsent: store.capabilities.createIfAbsent });
    await checkReadBack(store, key);
    if (store.capabilities.createIfAbsent) await checkCreatesOnce(store, key);
    await store.remove(key);
    return store.capabilities.createIfAbsent
      ? ok('store', 'list, write, create once, read and remove work')
      : bestEffort;
  } catch (error) {
    await store.remove(key).catch(() => undefined);
    return failed('store', error);
  }
}

const content = new TextEncoder().encode('written by cxvault doctor; may be removed\n');

const bestEffort = warning(
  'store',
  'list, write, read and remove work, but it cannot create an object only if it is absent',
  'two runs at once are not kept apart for sure; see that only one runs',
);

async function checkReadBack(store: ObjectStore, key: string): Promise<void> {
  const chunks = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk);
  if (Buffer.concat(chunks).equals(content)) return;
  throw new CxvaultError('STORE_CONFLICT', 'the store gives back other bytes than were written', {
    context: { object_key: key },
    hint: 'do not archive into it: something changes objects on the way or in the store',
  });
}

async function checkCreatesOnce(store: ObjectStore, key: string): Promise<void> {
  try {
    await store.put(key, new Uint8Array([0]), { ifAbsent: true });
  } catch (error) {
    if (store.classify(error) === 'exists') return;
    throw error;
  }
  throw new CxvaultError(
    'STORE_REFUSED',
    'the store overwrites an object that was to be created only if absent',
    {
      context: { object_key: key },
      hint: 'use a store or a version of it that supports conditional writes',
    },
  );
}

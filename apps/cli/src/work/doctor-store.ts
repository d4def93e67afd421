import { randomUUID } from 'node:crypto';
import { requireRetention } from '@cxvault/core';
import { CxvaultError, isCxvaultError, type ObjectStore } from '@cxvault/plugin-api';
import { type CheckOutcome, failed, ok, warning } from './doctor-checks.ts';
import { storeRemedy, type StoreStep } from './doctor-remedies.ts';

/**
 * Tries what a run needs of the store, on one small object under `locks/`, which is no part of an archive's
 * content: list, write, create if absent, read, remove. A right that is missing does not keep the others from being
 * tried. The object is removed if it can be.
 */
export async function checkStore(store: ObjectStore, scheme: string): Promise<CheckOutcome> {
  const key = `locks/doctor-${randomUUID()}`;
  // Asked again after the first write: only then does a plugin know what its server can do.
  const once = (): boolean => store.capabilities.createIfAbsent;
  const trial = new Trial();
  // Lists first: a bucket that does not exist shows here, before anything is written.
  await trial.step('list', () => listNothing(store, key));
  await trial.step('write', () => store.put(key, content, { ifAbsent: once() }));
  const written = !trial.failures.some(({ step }) => step === 'write') && !trial.over;
  if (written) {
    await trial.step('read', () => checkReadBack(store, key));
    if (once()) await trial.step('create once', () => checkCreatesOnce(store, key));
    trial.over = false;
    await trial.step('remove', () => store.remove(key));
  }
  if (trial.failures.length > 0) return trial.outcome(scheme);
  return once() ? ok('store', 'list, write, create once, read and remove work') : bestEffort;
}

/** Only lists: nothing is written where no archive is. */
export async function checkListing(store: ObjectStore, scheme: string): Promise<CheckOutcome | undefined> {
  const trial = new Trial();
  await trial.step('list', () => listNothing(store, ''));
  return trial.failures.length > 0 ? trial.outcome(scheme) : undefined;
}

/** Whether `run.retain` can be kept, as far as it can be told without an object that nobody can remove. */
export async function checkRetention(store: ObjectStore, retain: string): Promise<CheckOutcome> {
  try {
    await requireRetention(store);
    return ok(
      'retention',
      `nothing speaks against run.retain ${retain}; a run reads back what the store keeps`,
    );
  } catch (error) {
    return failed('retention', error);
  }
}

/** The steps that were tried, and those that failed. */
class Trial {
  readonly failures: { readonly step: StoreStep; readonly error: unknown }[] = [];
  /** A failure that is no missing right: the next step would fail alike, and take its time. */
  over = false;

  async step(step: StoreStep, work: () => Promise<unknown>): Promise<void> {
    if (this.over) return;
    try {
      await work();
    } catch (error) {
      this.failures.push({ step, error });
      this.over = !isDenied(error);
    }
  }

  outcome(scheme: string): CheckOutcome {
    const outcome = failed('store', this.failures[0]?.error);
    const denied = this.failures.filter(({ error }) => isDenied(error)).map(({ step }) => step);
    const steps = this.failures.map(({ step }) => step).join(', ');
    return {
      ...outcome,
      detail: `${steps} failed: ${outcome.detail}`,
      hint: storeRemedy(scheme, denied) ?? outcome.hint,
    };
  }
}

function isDenied(error: unknown): boolean {
  return isCxvaultError(error) && error.code === 'STORE_DENIED';
}

const content = new TextEncoder().encode('written by cxvault doctor; may be removed\n');

const bestEffort = warning(
  'store',
  'list, write, read and remove work, but it cannot create an object only if it is absent',
  'two runs at once are not kept apart for sure; see that only one runs',
);

async function listNothing(store: ObjectStore, prefix: string): Promise<void> {
  for await (const found of store.list(prefix)) if (found.size >= 0) break;
}

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

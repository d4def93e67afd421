import { openSlot } from '@cxvault/crypto-codec';
import type { SlotHeader } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';
import pLimit from 'p-limit';

import type { SlotWarning, Unlock } from './archive.ts';
import { slotPrefix } from './layout.ts';
import { readSmallObject } from './store-read.ts';

/** Bytes: a slot has about 500. */
export const largestSlot = 64 * 1024;
/** Slots opened at once: each password slot costs a fifth of a second of one core. */
const openedAtOnce = 4;

/** What trying all slots gave. */
export interface TriedSlots {
  /** Different root keys, in the order of their slots; several while the root key is rotated. */
  readonly rootKeys: readonly Uint8Array[];
  /** Keys of all slot objects. */
  readonly found: readonly string[];
  /** Slots that should have opened with what was given, or could not be read. */
  readonly failed: readonly string[];
  readonly warnings: readonly SlotWarning[];
}

/** A slot file, and what the given secrets made of it. */
export interface Slot {
  readonly id: string;
  readonly object_key: string;
  /** Undefined for a malformed slot. */
  readonly header: SlotHeader | undefined;
  /** What is wrong with a malformed slot. */
  readonly malformed?: string;
  readonly rootKey?: Uint8Array;
  /** Which of the given ways opened it. */
  readonly openedBy?: Unlock;
}

/** Reads every slot, and tries each way on it until one opens it. Without a way slots are only looked at. */
export async function readSlots(
  store: ObjectStore,
  archiveId: string,
  unlocks: readonly Unlock[],
): Promise<Slot[]> {
  const found = await slotKeys(store);
  const limit = pLimit(openedAtOnce);
  const read = await Promise.all(found.map((key) => limit(() => readSlot(store, key, archiveId, unlocks))));
  return read.filter((slot) => slot !== undefined);
}

/** Tries every slot with every way that is given. Malformed slots become warnings. */
export async function trySlots(store: ObjectStore, archiveId: string, unlock: Unlock): Promise<TriedSlots> {
  const slots = await readSlots(store, archiveId, [unlock]);
  const malformed = slots.filter(({ header }) => !header);
  const refused = slots.filter((slot) => slot.rootKey === undefined && given(slot, unlock));
  return {
    rootKeys: rootKeysOf(slots),
    found: slots.map(({ object_key }) => object_key),
    failed: [...malformed, ...refused].map(({ object_key }) => object_key),
    warnings: [...malformed.map(malformedWarning), ...silentWays(slots, unlock)],
  };
}

/** The different root keys that slots gave, in the order of the slots. */
export function rootKeysOf(slots: readonly Slot[]): Uint8Array[] {
  const keys = slots.flatMap(({ rootKey }) => (rootKey ? [rootKey] : []));
  return [...new Map(keys.map((key) => [Buffer.from(key).toString('hex'), key])).values()];
}

/** The names of all slot objects, in order. */
export async function slotKeys(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(slotPrefix)) if (slotIdOf(key) !== undefined) keys.push(key);
  return keys;
}

/** The slot's id in its name; undefined for other names below `keys/slots/`. */
export function slotIdOf(key: string): string | undefined {
  return /^keys\/slots\/([^/]+)\.slot$/.exec(key)?.[1];
}

async function readSlot(
  store: ObjectStore,
  key: string,
  archiveId: string,
  unlocks: readonly Unlock[],
): Promise<Slot | undefined> {
  const id = slotIdOf(key) ?? '';
  try {
    const bytes = await readSmallObject(store, key, largestSlot);
    if (!bytes) return undefined; // removed since it was listed
    const { header } = await openSlot(id, bytes, {}, archiveId);
    for (const unlock of unlocks) {
      const { rootKey } = await openSlot(id, bytes, unlock, archiveId);
      if (rootKey) return { id, object_key: key, header, rootKey, openedBy: unlock };
    }
    return { id, object_key: key, header };
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') throw error;
    return { id, object_key: key, header: undefined, malformed: error.message };
  }
}

function given({ header }: Slot, unlock: Unlock): boolean {
  return (
    (header?.kind === 'password' && unlock.password !== undefined) ||
    (header?.kind === 'keyfile' && unlock.keyFile !== undefined)
  );
}

function malformedWarning({ object_key, malformed }: Slot): SlotWarning {
  return { object_key, detail: `malformed key slot: ${malformed ?? ''}` };
}

/** A way that was given and opened nothing, though there are slots of its kind: a lone one is named. */
function silentWays(tried: readonly Slot[], unlock: Unlock): SlotWarning[] {
  return (['password', 'keyfile'] as const).flatMap((way) => {
    const slots = tried.filter(({ header }) => header?.kind === way);
    const [first] = slots;
    if (!first || !given(first, unlock) || slots.some(({ rootKey }) => rootKey)) return [];
    const detail = `no ${way} slot of the archive opens with the given ${way === 'password' ? 'password' : 'key file'}`;
    return [{ object_key: slots.length === 1 ? first.object_key : slotPrefix, detail }];
  });
}

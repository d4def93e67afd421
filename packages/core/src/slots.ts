import { openSlot } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';
import pLimit from 'p-limit';

import type { SlotWarning, Unlock } from './archive.ts';
import { slotPrefix } from './layout.ts';
import { readSmallObject } from './store-read.ts';

/** Bytes: a slot has about 500. */
const largestSlot = 64 * 1024;
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

interface TriedSlot {
  readonly key: string;
  readonly way: 'password' | 'keyfile' | 'other' | 'malformed';
  readonly rootKey?: Uint8Array;
  readonly detail?: string;
}

/** Tries every slot with every way that is given. Malformed slots become warnings. */
export async function trySlots(store: ObjectStore, archiveId: string, unlock: Unlock): Promise<TriedSlots> {
  const found = await listSlots(store);
  const limit = pLimit(openedAtOnce);
  const tried = await Promise.all(found.map((key) => limit(() => trySlot(store, key, archiveId, unlock))));
  const malformed = tried.filter(({ way }) => way === 'malformed').map(({ key }) => key);
  const refused = tried
    .filter((slot) => slot.rootKey === undefined && given(slot.way, unlock))
    .map(({ key }) => key);
  return {
    rootKeys: distinct(tried.flatMap(({ rootKey }) => (rootKey ? [rootKey] : []))),
    found,
    failed: [...malformed, ...refused],
    warnings: [...tried.flatMap(malformedWarning), ...silentWays(tried, unlock)],
  };
}

async function listSlots(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(slotPrefix)) if (slotIdOf(key) !== undefined) keys.push(key);
  return keys;
}

/** The slot's id in its name; undefined for other names below `keys/slots/`. */
export function slotIdOf(key: string): string | undefined {
  return /^keys\/slots\/([^/]+)\.slot$/.exec(key)?.[1];
}

async function trySlot(
  store: ObjectStore,
  key: string,
  archiveId: string,
  unlock: Unlock,
): Promise<TriedSlot> {
  try {
    const bytes = await readSmallObject(store, key, largestSlot);
    if (!bytes) return { key, way: 'malformed', detail: 'it vanished while it was read' };
    const { header, rootKey } = await openSlot(slotIdOf(key) ?? '', bytes, unlock, archiveId);
    const way = header.kind === 'password' || header.kind === 'keyfile' ? header.kind : 'other';
    return { key, way, ...(rootKey && { rootKey }) };
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') throw error;
    return { key, way: 'malformed', detail: error.message };
  }
}

function given(way: TriedSlot['way'], unlock: Unlock): boolean {
  return (
    (way === 'password' && unlock.password !== undefined) ||
    (way === 'keyfile' && unlock.keyFile !== undefined)
  );
}

function malformedWarning({ key, way, detail }: TriedSlot): SlotWarning[] {
  return way === 'malformed' ? [{ object_key: key, detail: `malformed key slot: ${detail ?? ''}` }] : [];
}

/** A way that was given and opened nothing, though there are slots of its kind: a lone one is named. */
function silentWays(tried: readonly TriedSlot[], unlock: Unlock): SlotWarning[] {
  return (['password', 'keyfile'] as const).flatMap((way) => {
    const slots = tried.filter((slot) => slot.way === way);
    const [first] = slots;
    if (!first || !given(way, unlock) || slots.some(({ rootKey }) => rootKey)) return [];
    const detail = `no ${way} slot of the archive opens with the given ${way === 'password' ? 'password' : 'key file'}`;
    return [{ object_key: slots.length === 1 ? first.key : slotPrefix, detail }];
  });
}

function distinct(keys: readonly Uint8Array[]): Uint8Array[] {
  const byText = new Map(keys.map((key) => [Buffer.from(key).toString('hex'), key]));
  return [...byText.values()];
}

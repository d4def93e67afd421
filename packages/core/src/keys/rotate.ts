import { randomBytes } from 'node:crypto';

import { newId } from '@cxvault/crypto-codec';
import type { SlotHeader } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore, SourceLog } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import type { Clock } from '../clock.ts';
import { readDescriptor } from '../descriptor.ts';
import { slotKey, slotPrefix } from '../layout.ts';
import { RunLock } from '../lock.ts';
import { readSlots, slotKeys } from '../slots.ts';
import type { Slot } from '../slots.ts';
import { openRoot, sameKey } from './open-root.ts';
import type { OpenRoot } from './open-root.ts';
import { checkAllRings, resealRings } from './reseal-rings.ts';
import type { Rings } from './reseal-rings.ts';
import { slotFacts } from './slot-facts.ts';
import type { SlotFacts } from './slot-facts.ts';
import { storeSlot } from './store-slot.ts';

export interface RotateOptions {
  /** Every password and key file that is to open the archive afterwards too. */
  readonly unlocks: readonly Unlock[];
  /** Ids of slots that are given up. Ids of slots that are not there are no error: they may be gone already. */
  readonly drop: readonly string[];
  readonly clock: Clock;
  readonly log?: SourceLog;
  readonly signal?: AbortSignal;
  /** Told how many ring objects were sealed anew. */
  readonly onProgress?: (rings: number) => void;
}

/** What `key rotate` did. */
export interface RotatedRoot {
  readonly archive_id: string;
  /** True when this finished a rotation that was begun before. */
  readonly resumed: boolean;
  /** Ring objects that were sealed anew. */
  readonly rings: number;
  /** The slots that open the archive now. */
  readonly slots: readonly SlotFacts[];
  /** Slots of the old root key, and those that were given up. */
  readonly removed: readonly string[];
  /** Slots that another process added meanwhile: they hold the old root key, and open nothing any more. */
  readonly stale: readonly string[];
}

/**
 * Gives the archive a new root key: new slots for the same secrets, ring objects sealed anew one by one, old slots
 * removed. Takes the run lock. It can be stopped at any point: each secret opens the archive all the time, and the
 * next call finishes. Data is not touched.
 *
 * How an unfinished rotation goes on follows from the root key that opens the journal key, the first ring object to
 * be sealed anew. If other ring objects lie under another root key still, they follow. If none does, the rotation
 * had not come to its first ring object, or was past its last one: what slots of other root keys there are
 * are of no use and are removed, and a rotation begins.
 *
 * Throws `ARCHIVE_LOCKED` (also when slots are changed meanwhile), `KEY_WRONG`, `USAGE` for slots that nothing given
 * opens and that are not given up, and `ARCHIVE_DAMAGED` for a ring object that cannot be opened; then nothing was
 * changed.
 */
export async function rotateRootKey(store: ObjectStore, options: RotateOptions): Promise<RotatedRoot> {
  await readDescriptor(store); // no lock where there is no archive
  const lock = await RunLock.acquire(store, {
    runId: newId(),
    clock: options.clock,
    ...(options.log && { log: options.log }),
  });
  try {
    return await new Rotation(store, options, lock).run();
  } finally {
    await lock.release();
  }
}

class Rotation {
  readonly #store: ObjectStore;
  readonly #options: RotateOptions;
  readonly #lock: RunLock;
  readonly #removed: string[] = [];
  #resealed = 0;

  constructor(store: ObjectStore, options: RotateOptions, lock: RunLock) {
    this.#store = store;
    this.#options = options;
    this.#lock = lock;
  }

  async run(): Promise<RotatedRoot> {
    const root = await this.#open();
    if (root.rootKeys.length > 1) {
      await this.#moveTo(root, root.current);
      if (this.#resealed > 0) return await this.#finish(root, root.current, true);
      // their rings were never sealed under it, or are no more
      await this.#remove(root.slots.filter(({ rootKey }) => rootKey && !sameKey(rootKey, root.current)));
    }
    return await this.#begin(root.rootKeys.length > 1 ? await this.#open() : root);
  }

  /** Opens all slots. Whatever is wrong shows here, before anything is changed. */
  async #open(): Promise<OpenRoot> {
    const root = await openRoot(this.#store, this.#options.unlocks);
    refuseUnaccounted(root.slots, this.#options.drop);
    if (this.#kept(root, root.current).length === 0) throw nothingKept();
    await checkAllRings(this.#rings(root));
    return root;
  }

  async #begin(root: OpenRoot): Promise<RotatedRoot> {
    const rootKey = randomBytes(32);
    const made: string[] = [];
    for (const { header, openedBy } of this.#kept(root, root.current)) {
      await this.#step();
      const { kind, label } = header;
      const { id } = await storeSlot(
        this.#store,
        root.descriptor.archive_id,
        { kind, unlock: openedBy, label, rootKey },
        this.#options.clock,
      );
      made.push(slotKey(id));
    }
    await this.#refuseChangedSlots(root, made);
    const both = { ...root, rootKeys: [...root.rootKeys, rootKey] };
    await this.#moveTo(both, rootKey);
    return await this.#finish(root, rootKey, false);
  }

  /**
   * Slots are added and removed without the lock. One that was added since they were read would be left behind, and
   * one that was removed would live on in its successor. From here on those commands see that a rotation is under way.
   */
  async #refuseChangedSlots(root: OpenRoot, made: readonly string[]): Promise<void> {
    const known = new Set([...root.slots.map(({ object_key }) => object_key), ...made]);
    const now = await slotKeys(this.#store);
    if (now.length === known.size && now.every((key) => known.has(key))) return;
    for (const key of made) await this.#store.remove(key);
    throw new CxvaultError('ARCHIVE_LOCKED', 'another process added or removed a key slot meanwhile', {
      context: { object_key: slotPrefix },
      hint: 'nothing was changed: look at cxvault key list, and rotate again with the secrets of all slots',
    });
  }

  async #moveTo(root: OpenRoot, target: Uint8Array): Promise<void> {
    await resealRings(this.#rings(root), target, {
      beforeEach: () => this.#step(),
      afterEach: () => {
        this.#resealed += 1;
        this.#options.onProgress?.(this.#resealed);
      },
    });
  }

  /** All ring objects lie under `rootKey`: what else there was when this began has had its time. */
  async #finish(begun: OpenRoot, rootKey: Uint8Array, resumed: boolean): Promise<RotatedRoot> {
    const { drop, unlocks } = this.#options;
    await this.#remove(
      begun.slots.filter((slot) => drop.includes(slot.id) || !sameKey(slot.rootKey, rootKey)),
    );
    const slots = await readSlots(this.#store, begun.descriptor.archive_id, unlocks);
    const working = slots.filter((slot) => sameKey(slot.rootKey, rootKey));
    return {
      archive_id: begun.descriptor.archive_id,
      resumed,
      rings: this.#resealed,
      slots: working.flatMap(({ header }) => (header ? [slotFacts(header)] : [])),
      removed: this.#removed,
      stale: slots.filter((slot) => !working.includes(slot)).map(({ id }) => id),
    };
  }

  async #remove(slots: readonly Slot[]): Promise<void> {
    for (const { id, object_key } of slots) {
      await this.#step();
      await this.#store.remove(object_key);
      this.#removed.push(id);
    }
  }

  /** The slots of a root key that get, or are, successors. */
  #kept({ slots }: OpenRoot, of: Uint8Array): KeptSlot[] {
    return slots.flatMap(({ id, header, openedBy, rootKey }) =>
      header && openedBy && isOurs(header) && sameKey(rootKey, of) && !this.#options.drop.includes(id)
        ? [{ header, openedBy }]
        : [],
    );
  }

  #rings({ descriptor, rootKeys }: OpenRoot): Rings {
    return {
      store: this.#store,
      archiveId: descriptor.archive_id,
      journalKeyId: descriptor.journal_key_id,
      rootKeys,
      signal: this.#options.signal,
    };
  }

  async #step(): Promise<void> {
    this.#options.signal?.throwIfAborted();
    await this.#lock.check();
  }
}

type OurHeader = SlotHeader & { readonly kind: 'password' | 'keyfile' };

interface KeptSlot {
  readonly header: OurHeader;
  readonly openedBy: Unlock;
}

function isOurs(header: SlotHeader): header is OurHeader {
  return header.kind === 'password' || header.kind === 'keyfile';
}

/** A slot can be made anew only with its secret. Whoever holds another one must not find it gone by surprise. */
function refuseUnaccounted(slots: readonly Slot[], drop: readonly string[]): void {
  const unaccounted = slots.filter(({ id, rootKey }) => rootKey === undefined && !drop.includes(id));
  if (unaccounted.length === 0) return;
  const names = unaccounted.map(
    ({ id, header }) =>
      `${id} (${header ? header.kind : 'malformed'}${header?.label ? `, ${header.label}` : ''})`,
  );
  throw new CxvaultError('USAGE', `nothing that was given opens these key slots: ${names.join(', ')}`, {
    hint: 'give their secrets too, with --other-password-file or --other-key-file, or give them up with --drop SLOT',
  });
}

function nothingKept(): CxvaultError {
  return new CxvaultError('USAGE', 'no key slot would be left', {
    hint: 'leave --drop out for the slot that you open the archive with',
  });
}

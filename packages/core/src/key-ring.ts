import { randomBytes } from 'node:crypto';

import {
  bytesSource,
  CodecError,
  isCodecError,
  newId,
  openObject,
  parseRing,
  rootKeyId,
  sealRing,
} from '@cxvault/crypto-codec';
import type { KeyLookup, ObjectKey, Ring } from '@cxvault/crypto-codec';
import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { ringKey } from './layout.ts';
import { createObject } from './store-create.ts';
import { readSmallObject } from './store-read.ts';

/** Ring objects kept open: at most 1,024 keys each, so 4 MiB at the most. */
const openRings = 64;
/** Bytes: a ring of 1,024 keys takes about 50 KB; anything near this is no ring. */
const largestRing = 4 * 1024 * 1024;
/** Archive format, "Keys": the first ring object of a writer, and the largest. */
const firstRingKeys = 32;
const largestRingKeys = 1_024;

/** By position; null: destroyed for an erasure. */
type RingKeys = readonly (Uint8Array | null)[];

export interface KeyRingOptions {
  readonly store: ObjectStore;
  readonly archiveId: string;
  /** All root keys that the slots gave. */
  readonly rootKeys: readonly Uint8Array[];
  /** The one that opened the journal key. */
  readonly writingKey: Uint8Array;
  readonly journalKey: ObjectKey;
  readonly clock: Clock;
  /** The root keys that the slots give now: they may have been rotated since the archive was opened. */
  readonly currentRootKeys: () => Promise<readonly Uint8Array[]>;
  /** The one that opens the journal key now. Throws `KEY_WRONG` when the slots give none that does. */
  readonly currentWritingKey: () => Promise<Uint8Array>;
}

/** The data keys of an open archive. */
export class KeyRing {
  /** Seals all journal entries and reports. */
  readonly journalKey: ObjectKey;
  readonly #options: KeyRingOptions;
  readonly #open = new Map<string, Promise<RingKeys>>();
  #writingKey: Uint8Array;

  constructor(options: KeyRingOptions) {
    this.journalKey = options.journalKey;
    this.#options = options;
    this.#writingKey = options.writingKey;
  }

  /** All root keys that the slots gave. */
  get rootKeys(): readonly Uint8Array[] {
    return this.#options.rootKeys;
  }

  /** The root key that opened the journal key. */
  get writingKey(): Uint8Array {
    return this.#writingKey;
  }

  /**
   * The keys that may fit: several root keys for ring objects, one data key for all else, none for an erased
   * key. Throws `ARCHIVE_DAMAGED` with `context.object_key` when the ring object is missing or damaged, and a
   * `CodecError` of problem `header` for a number that the ring object does not have.
   */
  readonly lookup: KeyLookup = async (keyId, number) => {
    if (keyId === rootKeyId) return this.#options.rootKeys;
    if (keyId === this.journalKey.keyId && number === this.journalKey.number) return [this.journalKey.key];
    const keys = await this.#ring(keyId);
    if (number >= keys.length) {
      throw new CodecError(
        'header',
        'header',
        `the ring object ${ringKey(keyId)} has no key number ${number}`,
      );
    }
    const key = keys[number];
    return key ? [key] : [];
  };

  /** Fresh keys for one writing process. */
  writer(): KeyAllocator {
    const { store, archiveId, clock } = this.#options;
    return new KeyAllocator({ store, archiveId, clock, rootKeyInUse: () => this.#rootKeyInUse() });
  }

  /** The root key that opens the journal key now: the only one that a writer may use. The same object while it stays. */
  async #rootKeyInUse(): Promise<Uint8Array> {
    const { store, archiveId, currentWritingKey } = this.#options;
    try {
      await readRing(store, archiveId, this.journalKey.keyId, [this.#writingKey]);
    } catch (error) {
      if (!isUnderOtherRoot(error)) throw error;
      this.#writingKey = await currentWritingKey();
    }
    return this.#writingKey;
  }

  #ring(keyId: string): Promise<RingKeys> {
    const ring = this.#open.get(keyId) ?? this.#read(keyId);
    // The last used one goes to the end: the map's order is the order of use.
    this.#open.delete(keyId);
    this.#open.set(keyId, ring);
    const oldest = this.#open.keys().next();
    if (this.#open.size > openRings && oldest.done !== true) this.#open.delete(oldest.value);
    ring.catch(() => this.#open.delete(keyId));
    return ring;
  }

  async #read(keyId: string): Promise<RingKeys> {
    const { store, archiveId, rootKeys, currentRootKeys } = this.#options;
    try {
      return await readRing(store, archiveId, keyId, rootKeys);
    } catch (error) {
      const current = isUnderOtherRoot(error) ? await currentRootKeys() : [];
      if (current.length === 0) throw error;
      return await readRing(store, archiveId, keyId, current);
    }
  }
}

function isUnderOtherRoot(error: unknown): boolean {
  return isCxvaultError(error) && error.context['problem'] === 'key-commitment';
}

/**
 * The keys of a ring object, null for erased ones. Throws `ARCHIVE_DAMAGED` with `context.object_key` when it is
 * missing, damaged or not sealed under one of the root keys.
 */
export async function readRing(
  store: ObjectStore,
  archiveId: string,
  keyId: string,
  rootKeys: readonly Uint8Array[],
): Promise<RingKeys> {
  return (await readRingObject(store, archiveId, keyId, rootKeys)).keys;
}

/** All that a ring object says; throws as {@link readRing} does. */
export async function readRingObject(
  store: ObjectStore,
  archiveId: string,
  keyId: string,
  rootKeys: readonly Uint8Array[],
): Promise<Ring> {
  const bytes = await readRingBytes(store, ringKey(keyId));
  if (!bytes) throw ringDamage(ringKey(keyId), 'a key ring object is missing', 'missing');
  return openRingBytes(bytes, archiveId, keyId, rootKeys);
}

/** What the bytes of a ring object say; throws as {@link readRing} does. */
export async function openRingBytes(
  bytes: Uint8Array,
  archiveId: string,
  keyId: string,
  rootKeys: readonly Uint8Array[],
): Promise<Ring> {
  const key = ringKey(keyId);
  try {
    const object = await openObject(bytesSource(bytes), () => Promise.resolve(rootKeys), {
      archiveId,
      objectKey: key,
      kind: 'ring',
    });
    return parseRing(await object.readDocument(), keyId);
  } catch (error) {
    const problem = isCodecError(error) ? error.problem : 'content';
    throw ringDamage(key, 'a key ring object is damaged', problem, error);
  }
}

/** The bytes of a ring object; undefined when there is none. Throws `ARCHIVE_DAMAGED` for one that is too large. */
export async function readRingBytes(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await readSmallObject(store, key, largestRing);
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') throw error;
    throw ringDamage(key, 'a key ring object is damaged', 'size', error);
  }
}

function ringDamage(key: string, message: string, problem: string, cause?: unknown): CxvaultError {
  return new CxvaultError('ARCHIVE_DAMAGED', message, {
    context: { object_key: key, problem },
    hint: 'put the object back from a copy of keys/ (cxvault key export makes one)',
    cause,
  });
}

/** Where and under what ring objects are stored. */
export interface RingPlace {
  readonly store: ObjectStore;
  readonly archiveId: string;
  readonly rootKey: Uint8Array;
  readonly clock: Clock;
}

/** Where a writer stores its ring objects. */
export interface AllocatorPlace extends Omit<RingPlace, 'rootKey'> {
  /** The root key that opens the journal key now; another object once it was rotated. */
  readonly rootKeyInUse: () => Promise<Uint8Array>;
}

/** Hands out fresh data keys from ring objects that are stored before any of their keys is used. */
export class KeyAllocator {
  readonly #place: AllocatorPlace;
  #unused: ObjectKey[] = [];
  #ringSize = firstRingKeys;
  #filling: Promise<void> | undefined;

  constructor(place: AllocatorPlace) {
    this.#place = place;
  }

  /** A key that nothing was sealed under. Calls at the same time wait for one ring object together. */
  async next(): Promise<ObjectKey> {
    for (;;) {
      const key = this.#unused.pop();
      if (key) return key;
      this.#filling ??= this.#fill().finally(() => {
        this.#filling = undefined;
      });
      await this.#filling;
    }
  }

  async #fill(): Promise<void> {
    const keys = Array.from({ length: this.#ringSize }, () => randomBytes(32));
    const keyId = await this.#store(keys);
    this.#unused = keys.map((key, number) => ({ keyId, number, key })).reverse();
    this.#ringSize = Math.min(2 * this.#ringSize, largestRingKeys);
  }

  /**
   * Stores a ring object that a rotation cannot pass by, whoever holds the lock: it moves the journal key first and
   * then whatever it finds. So while the journal key is where it was, it will find this one.
   */
  async #store(keys: readonly Uint8Array[]): Promise<string> {
    const { rootKeyInUse, ...place } = this.#place;
    for (let rootKey = await rootKeyInUse(); ;) {
      const keyId = newId();
      await writeRing({ ...place, rootKey }, keyId, keys);
      const now = await rootKeyInUse();
      if (now === rootKey) return keyId;
      await place.store.remove(ringKey(keyId)); // nothing was sealed with it
      rootKey = now;
    }
  }
}

/** Stores a new ring object; it is durable when this resolves. */
export async function writeRing(
  { store, archiveId, rootKey, clock }: RingPlace,
  keyId: string,
  keys: readonly Uint8Array[],
): Promise<void> {
  const createdAt = new Date(clock.now()).toISOString();
  const { bytes } = sealRing(keyId, keys, {
    archiveId,
    key: { keyId: rootKeyId, number: 0, key: rootKey },
    objectKeyOf: ringKey,
    compression: 'none',
    createdAt,
  });
  await createObject(store, ringKey(keyId), bytes);
}

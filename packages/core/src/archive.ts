import { randomBytes } from 'node:crypto';

import { newId, writeSlot } from '@cxvault/crypto-codec';
import type { ByteSource, KeyLookup, ObjectKey } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore, Secret } from '@cxvault/plugin-api';

import { storeSource } from './byte-source.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { descriptorSha256, encodeDescriptor, readDescriptor } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { KeyRing, writeRing } from './key-ring.ts';
import { descriptorKey, ringKey, runsPrefix, slotKey } from './layout.ts';
import { trySlots } from './slots.ts';
import type { TriedSlots } from './slots.ts';
import { createObject, tryCreateObject } from './store-create.ts';
import { objectMissing } from './store-errors.ts';
import { diagnoseLockedArchive, openJournalKey } from './unlock.ts';

/** Ways to open an archive; each one that is given is tried. */
export interface Unlock {
  readonly password?: Secret;
  /** The 32 bytes of a key file. */
  readonly keyFile?: Uint8Array;
}

/** A slot that could not be used, though it ought to be readable. */
export interface SlotWarning {
  readonly object_key: string;
  readonly detail: string;
}

/** An open archive. */
export interface Archive {
  readonly store: ObjectStore;
  readonly id: string;
  /** SHA-256 of the descriptor's bytes; the first entry of each run repeats it. */
  readonly descriptorSha256: string;
  readonly keys: KeyRing;
  readonly lookup: KeyLookup;
  readonly warnings: readonly SlotWarning[];
  /**
   * An object as a source of ranged reads; `size` in bytes saves asking the store. A read that breaks off goes
   * on where it stopped. Throws `STORE_NOT_FOUND` when there is no such object.
   */
  source(key: string, size?: number, signal?: AbortSignal): Promise<ByteSource>;
}

export interface CreateArchiveOptions {
  /** One slot is made for each way that is given; at least one. */
  readonly unlock: Unlock;
  /** Kept in clear text in the slot: no person's name. */
  readonly label?: string;
  readonly clock?: Clock;
}

/**
 * Creates an archive: slots, journal key, then the descriptor, which commits it. Throws `ARCHIVE_EXISTS` when
 * there is one, or when another process was faster, and leaves that one alone; `CONFIG_INVALID` without a way to
 * unlock it.
 */
export async function createArchive(store: ObjectStore, options: CreateArchiveOptions): Promise<Archive> {
  await refuseExisting(store);
  const archiveId = newId();
  const rootKey = randomBytes(32);
  const slots = await createSlots(store, archiveId, rootKey, options);
  const journalKey = { keyId: newId(), number: 0, key: randomBytes(32) };
  const clock = options.clock ?? systemClock;
  await writeRing({ store, archiveId, rootKey, clock }, journalKey.keyId, [journalKey.key]);
  const descriptor: Descriptor = {
    format: 'cxvault-archive',
    version: 1,
    archive_id: archiveId,
    journal_key_id: journalKey.keyId,
    created_at: new Date(clock.now()).toISOString(),
  };
  const bytes = encodeDescriptor(descriptor);
  if ((await tryCreateObject(store, descriptorKey, bytes)) === 'taken') {
    await removeOwn(store, [...slots, ringKey(journalKey.keyId)]);
    throw alreadyThere('another process created an archive here at the same time');
  }
  const place = { store, descriptor, unlock: options.unlock };
  const keys = keyRing(place, { rootKeys: [rootKey], rootKey, journalKey }, clock);
  return new OpenArchive(store, archiveId, descriptorSha256(bytes), keys, []);
}

/**
 * Opens an archive. Throws `ARCHIVE_NOT_FOUND`, `ARCHIVE_DESCRIPTOR_DAMAGED`, `KEY_WRONG` (no slot opens) or
 * `ARCHIVE_DAMAGED` (the journal key); each names the object in `context.object_key`.
 */
export async function openArchive(store: ObjectStore, unlock: Unlock): Promise<Archive> {
  refuseNoWay(unlock);
  const { descriptor, sha256 } = await readDescriptor(store);
  const place = { store, descriptor, unlock };
  const opened = await openKeys(place);
  return new OpenArchive(
    store,
    descriptor.archive_id,
    sha256,
    keyRing(place, opened, systemClock),
    opened.warnings,
  );
}

interface KeyPlace {
  readonly store: ObjectStore;
  readonly descriptor: Descriptor;
  readonly unlock: Unlock;
}

/** The root keys that the slots give, and the journal key. */
interface OpenKeys {
  readonly rootKeys: readonly Uint8Array[];
  /** The one that opens the journal key. */
  readonly rootKey: Uint8Array;
  readonly journalKey: ObjectKey;
}

async function openKeys({
  store,
  descriptor,
  unlock,
}: KeyPlace): Promise<OpenKeys & Pick<TriedSlots, 'warnings'>> {
  const tried = await trySlots(store, descriptor.archive_id, unlock);
  if (tried.rootKeys.length === 0) throw await diagnoseLockedArchive(store, descriptor, tried);
  return { ...tried, ...(await openJournalKey(store, descriptor, tried.rootKeys)) };
}

function keyRing(place: KeyPlace, { rootKeys, rootKey, journalKey }: OpenKeys, clock: Clock): KeyRing {
  const { store, descriptor, unlock } = place;
  const archiveId = descriptor.archive_id;
  return new KeyRing({
    store,
    archiveId,
    rootKeys,
    writingKey: rootKey,
    journalKey,
    clock,
    currentRootKeys: async () => (await trySlots(store, archiveId, unlock)).rootKeys,
    currentWritingKey: async () => (await openKeys(place)).rootKey,
  });
}

class OpenArchive implements Archive {
  readonly store: ObjectStore;
  readonly id: string;
  readonly descriptorSha256: string;
  readonly keys: KeyRing;
  readonly warnings: readonly SlotWarning[];

  constructor(
    store: ObjectStore,
    id: string,
    sha256: string,
    keys: KeyRing,
    warnings: readonly SlotWarning[],
  ) {
    this.store = store;
    this.id = id;
    this.descriptorSha256 = sha256;
    this.keys = keys;
    this.warnings = warnings;
  }

  get lookup(): KeyLookup {
    return this.keys.lookup;
  }

  async source(key: string, size?: number, signal?: AbortSignal): Promise<ByteSource> {
    const known = size ?? (await this.store.stat(key, signal ? { signal } : {}))?.size;
    if (known === undefined) throw objectMissing(key);
    return storeSource(this.store, key, known, signal);
  }
}

function refuseNoWay(unlock: Unlock): void {
  if (unlock.password ?? unlock.keyFile) return;
  throw new CxvaultError('CONFIG_INVALID', 'neither a password nor a key file is given', {
    hint: 'set ARCHIVAL_ENCRYPTION_KEY, or use --password-file or --key-file',
  });
}

async function refuseExisting(store: ObjectStore): Promise<void> {
  if (await store.stat(descriptorKey)) throw alreadyThere('there is an archive at this address already');
  // A journal without a descriptor is an archive that lost it. A new one on top would bury it.
  for await (const { key } of store.list(runsPrefix)) {
    throw new CxvaultError('ARCHIVE_EXISTS', 'there is an archive at this address that lost its descriptor', {
      context: { object_key: descriptorKey, found: key },
      hint: 'put the descriptor back from a copy, or choose another address',
    });
  }
}

function alreadyThere(message: string): CxvaultError {
  return new CxvaultError('ARCHIVE_EXISTS', message, {
    context: { object_key: descriptorKey },
    hint: 'use the archive as it is, or choose another address for a new one',
  });
}

async function createSlots(
  store: ObjectStore,
  archiveId: string,
  rootKey: Uint8Array,
  { unlock, label = '' }: CreateArchiveOptions,
): Promise<string[]> {
  refuseNoWay(unlock);
  const kinds = [
    ...(unlock.password ? ['password' as const] : []),
    ...(unlock.keyFile ? ['keyfile' as const] : []),
  ];
  const keys: string[] = [];
  for (const kind of kinds) {
    const { id, bytes } = await writeSlot(kind, unlock, rootKey, { archiveId, label });
    await createObject(store, slotKey(id), bytes);
    keys.push(slotKey(id));
  }
  return keys;
}

/** Clears away what a lost race made. Failing to is no harm: its slots belong to an archive id that is nowhere. */
async function removeOwn(store: ObjectStore, keys: readonly string[]): Promise<void> {
  await Promise.allSettled(keys.map((key) => store.remove(key)));
}

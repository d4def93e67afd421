import { checkPublic } from '@cxvault/crypto-codec';
import type { ObjectKey } from '@cxvault/crypto-codec';
import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import { storeSource } from './byte-source.ts';
import { damagedDescriptor } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { readRing } from './key-ring.ts';
import { descriptorKey, parseRunKey, ringKey, ringPrefix, runsPrefix, slotPrefix } from './layout.ts';
import type { TriedSlots } from './slots.ts';

/**
 * The journal key, and the root key that opens it: the only one that a writer may use. Throws `ARCHIVE_DAMAGED`
 * naming the ring object, `ARCHIVE_DESCRIPTOR_DAMAGED` when the descriptor names a wrong one, or `KEY_WRONG` when the
 * ring object is whole and lies under another root key.
 */
export async function openJournalKey(
  store: ObjectStore,
  descriptor: Descriptor,
  rootKeys: readonly Uint8Array[],
): Promise<{ journalKey: ObjectKey; rootKey: Uint8Array }> {
  const keyId = descriptor.journal_key_id;
  let failure: unknown;
  for (const rootKey of rootKeys) {
    try {
      const [key] = await readRing(store, descriptor.archive_id, keyId, [rootKey]);
      if (key) return { journalKey: { keyId, number: 0, key }, rootKey };
      failure = new CxvaultError('ARCHIVE_DAMAGED', 'the journal key was destroyed', {
        context: { object_key: ringKey(keyId), problem: 'content' },
      });
    } catch (error) {
      if (!isCxvaultError(error) || error.code !== 'ARCHIVE_DAMAGED') throw error;
      failure = error;
    }
  }
  if (await namesWrongRing(store, keyId)) {
    throw damagedDescriptor('it names a journal key that the archive does not have', failure);
  }
  if (await isSealedOtherwise(store, descriptor, failure)) throw oldRootKey(keyId, failure);
  throw failure;
}

/** True when the journal key's object is whole, and only the root key does not fit. */
async function isSealedOtherwise(
  store: ObjectStore,
  { archive_id, journal_key_id }: Descriptor,
  failure: unknown,
): Promise<boolean> {
  const unfit = isCxvaultError(failure) && failure.context['problem'] === 'key-commitment';
  return unfit && (await archiveIdOf(store, ringKey(journal_key_id))) === archive_id;
}

function oldRootKey(keyId: string, cause: unknown): CxvaultError {
  return new CxvaultError(
    'KEY_WRONG',
    'the key slot that opens has a root key that the archive does not use',
    {
      context: { object_key: ringKey(keyId) },
      hint: 'the root key was rotated and this slot was left behind: use another password or key file',
      cause,
    },
  );
}

/** Why no slot opened: a wrong password, a changed slot, no slot, or a changed descriptor; as far as bytes tell. */
export async function diagnoseLockedArchive(
  store: ObjectStore,
  descriptor: Descriptor,
  tried: TriedSlots,
): Promise<CxvaultError> {
  const actual = await archiveIdOf(store, ringKey(descriptor.journal_key_id));
  if (actual !== undefined && actual !== descriptor.archive_id) {
    return damagedDescriptor('its archive id is not that of the objects');
  }
  if (tried.found.length === 0) {
    return new CxvaultError('KEY_WRONG', 'the archive has no key slot', {
      context: { object_key: slotPrefix },
      hint: 'put keys/ back from a copy (cxvault key export makes one)',
    });
  }
  return new CxvaultError('KEY_WRONG', 'no key slot of the archive opens with what was given', {
    context: {
      object_key: tried.failed[0] ?? only(tried.found) ?? slotPrefix,
      slots: tried.found.length,
      descriptor: descriptorKey,
    },
    hint: 'check the password or key file; if it is right, the slot or the descriptor was changed: compare with a copy',
  });
}

/** A lone slot is named though it is of a kind that nothing was given for: that may be what was changed. */
function only(found: readonly string[]): string | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** True when the ring object that the descriptor names is not there, but the archive works with another one. */
async function namesWrongRing(store: ObjectStore, keyId: string): Promise<boolean> {
  if (await store.stat(ringKey(keyId))) return false;
  for await (const { key } of store.list(runsPrefix)) {
    const name = parseRunKey(key);
    const used = name ? (await publicHeader(store, key))?.keyId : undefined;
    // every journal entry is sealed with the journal key and says so in clear text
    if (used !== undefined) return used !== keyId;
  }
  for await (const { key } of store.list(ringPrefix)) if (key) return true;
  return false;
}

async function archiveIdOf(store: ObjectStore, key: string): Promise<string | undefined> {
  return (await publicHeader(store, key))?.archiveId;
}

/** What an object says of itself in clear text, if it is whole as far as can be told without a key. */
async function publicHeader(
  store: ObjectStore,
  key: string,
): Promise<{ readonly archiveId: string; readonly keyId: string } | undefined> {
  const info = await store.stat(key);
  if (!info) return undefined;
  try {
    return (await checkPublic(storeSource(store, key, info.size), {})).header;
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') throw error;
    return undefined;
  }
}

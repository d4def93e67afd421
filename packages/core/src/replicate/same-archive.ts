import { decodeHeader, headerSize, isCodecError } from '@cxvault/crypto-codec';
import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { readWhole, storeSource } from '../byte-source.ts';
import { readDescriptor } from '../descriptor.ts';
import type { StoredDescriptor } from '../descriptor.ts';
import { descriptorKey, ringPrefix, runsPrefix } from '../layout.ts';

/**
 * Whether the target is this archive already, or has room for it: empty, or what a copy that was broken off left. Throws
 * `CONFIG_INVALID` when another archive lies there, whole or in part.
 */
export async function placeFor(
  { store, id, descriptorSha256 }: Archive,
  to: ObjectStore,
): Promise<'there' | 'room'> {
  const found = await descriptorOf(to);
  if (found) {
    if (found.descriptor.archive_id !== id) throw anotherArchive(found.descriptor.archive_id, id);
    if (found.sha256 === descriptorSha256) return 'there';
    throw new CxvaultError('ARCHIVE_DESCRIPTOR_DAMAGED', 'the two archives have different descriptors', {
      context: { object_key: descriptorKey },
      hint: 'one of them was changed: cxvault verify tells which; put it back from the other',
    });
  }
  for (const prefix of [ringPrefix, runsPrefix]) {
    const owner = await ownerOf(to, prefix);
    if (owner !== undefined && owner !== id) throw anotherArchive(owner, id);
  }
  // the descriptor must be there to be copied in the end
  await readDescriptor(store);
  return 'room';
}

async function descriptorOf(to: ObjectStore): Promise<StoredDescriptor | undefined> {
  try {
    return await readDescriptor(to);
  } catch (error) {
    if (isCxvaultError(error) && error.code === 'ARCHIVE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The archive id in the first object below a prefix, as its header says in clear. */
async function ownerOf(store: ObjectStore, prefix: string): Promise<string | undefined> {
  for await (const { key, size } of store.list(prefix)) {
    const source = storeSource(store, key, Math.min(size, headerSize));
    try {
      return decodeHeader(await readWhole(source)).archiveId;
    } catch (error) {
      if (!isCodecError(error)) throw error;
      return undefined;
    }
  }
  return undefined;
}

function anotherArchive(there: string, id: string): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', 'another archive lies at the target', {
    context: { archive_id: there, copied: id },
    hint: 'two archives are never mixed: name an empty place, or the one that was made by replicate',
  });
}

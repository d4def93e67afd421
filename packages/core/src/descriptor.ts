import { createHash } from 'node:crypto';

import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { CallOptions, ObjectStore } from '@cxvault/plugin-api';
import * as z from 'zod';

import { descriptorKey } from './layout.ts';
import { readSmallObject } from './store-read.ts';

/** Bytes: a descriptor has about 200. */
const largestDescriptor = 64 * 1024;

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const descriptorSchema = z.object({
  format: z.literal('cxvault-archive'),
  version: z.literal(1),
  archive_id: uuid,
  journal_key_id: uuid,
  created_at: z.iso.datetime({ precision: 3 }),
});

/** The content of `cxvault.json`. Unknown fields are ignored. */
export type Descriptor = z.infer<typeof descriptorSchema>;

export interface StoredDescriptor {
  readonly descriptor: Descriptor;
  /** SHA-256 of its bytes, lower-case hex: the first entry of each run repeats it. */
  readonly sha256: string;
}

/** The bytes of a new descriptor. */
export function encodeDescriptor(descriptor: Descriptor): Uint8Array {
  return Buffer.from(`${JSON.stringify(descriptor)}\n`);
}

export function descriptorSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads `cxvault.json`. Throws `ARCHIVE_NOT_FOUND` or `ARCHIVE_DESCRIPTOR_DAMAGED`. */
export async function readDescriptor(store: ObjectStore, options?: CallOptions): Promise<StoredDescriptor> {
  const bytes = await readBytes(store, options);
  if (!bytes) {
    throw new CxvaultError('ARCHIVE_NOT_FOUND', 'there is no archive at this address', {
      context: { object_key: descriptorKey },
      hint: 'check the archive address: bucket or folder, and prefix; cxvault init creates a new archive',
    });
  }
  return { descriptor: parseDescriptor(bytes), sha256: descriptorSha256(bytes) };
}

async function readBytes(store: ObjectStore, options?: CallOptions): Promise<Uint8Array | undefined> {
  try {
    return await readSmallObject(store, descriptorKey, largestDescriptor, options);
  } catch (error) {
    if (store.classify(error) === 'not-found') return undefined;
    if (isCxvaultError(error) && error.code === 'FORMAT_INVALID')
      throw damagedDescriptor('it is too large', error);
    throw error;
  }
}

function parseDescriptor(bytes: Uint8Array): Descriptor {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damagedDescriptor('it is not JSON', error);
  }
  const parsed = descriptorSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw damagedDescriptor(`wrong or unknown: ${fields}`, parsed.error);
}

/** The descriptor is there but cannot be right. */
export function damagedDescriptor(detail: string, cause?: unknown): CxvaultError {
  return new CxvaultError(
    'ARCHIVE_DESCRIPTOR_DAMAGED',
    `the descriptor of the archive is damaged: ${detail}`,
    {
      context: { object_key: descriptorKey },
      hint: 'put the object back from a copy; an archive of a newer format needs a newer cxvault',
      cause,
    },
  );
}

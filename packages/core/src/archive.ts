import type { ByteSource, KeyLookup } from '@cxvault/crypto-codec';
import type { ObjectStore, Secret } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import type { KeyRing } from './key-ring.ts';

/** Ways to open an archive; each one that is given is tried. */
export interface Unlock {
  readonly password?: Secret;
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
  /** An object as a byte source over ranged reads. Throws `STORE_NOT_FOUND` when there is none. */
  source(key: string, size?: number, signal?: AbortSignal): Promise<ByteSource>;
}

export interface CreateArchiveOptions {
  readonly unlock: Unlock;
  readonly label?: string;
  readonly clock?: Clock;
}

export type CreateArchive = (store: ObjectStore, options: CreateArchiveOptions) => Promise<Archive>;
export type OpenArchive = (store: ObjectStore, unlock: Unlock) => Promise<Archive>;

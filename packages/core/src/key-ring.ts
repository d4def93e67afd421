import type { KeyLookup, ObjectKey } from '@cxvault/crypto-codec';

/** The data keys of an open archive. */
export interface KeyRing {
  /** Seals all journal entries and reports. */
  readonly journalKey: ObjectKey;
  /** The root keys that the given ways of unlocking yield; more than one while the root key is rotated. */
  readonly rootKeys: readonly Uint8Array[];
  readonly lookup: KeyLookup;
  writer(): KeyAllocator;
}

/** Hands out fresh data keys. */
export interface KeyAllocator {
  next(): Promise<ObjectKey>;
}

import type { ObjectKind } from './header.ts';

/** A data key and where it stands: its ring object's id and its position there. */
export interface ObjectKey {
  /** The ring object's id; for the root key `00000000-0000-0000-0000-000000000000`. */
  readonly keyId: string;
  /** The position in the ring object; 0 for the root key and the journal key. */
  readonly number: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** What every sealing needs to know. */
export interface SealOptions {
  readonly archiveId: string;
  readonly key: ObjectKey;
  /** The name, relative to the archive's prefix, that an object of this id is stored under. */
  readonly objectKeyOf: (objectId: string) => string;
  /** `zstd`: compress where it pays; `none`: never. */
  readonly compression: 'zstd' | 'none';
}

/** What the journal says of a sealed object. Sizes in bytes, SHA-256 in lower-case hex. */
export interface SealedSummary {
  readonly objectId: string;
  readonly objectKey: string;
  readonly kind: ObjectKind;
  /** Of the stored object. */
  readonly size: number;
  /** Of the stored object. */
  readonly sha256: string;
  /** The original, before compression. */
  readonly content: { readonly bytes: number; readonly sha256: string };
}

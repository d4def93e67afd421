import type { SlotHeader } from '@cxvault/crypto-codec';

import type { Slot } from '../slots.ts';

/** A key slot as `key list --json` and its like show it. All of it lies in clear text in the store. */
export interface SlotFacts {
  readonly id: string;
  /** `password`, `keyfile`, `kms`, or a word of a newer version. */
  readonly kind: string;
  readonly label: string;
  readonly created_at: string;
  /** How a password is made a key; null for other kinds. */
  readonly kdf: { readonly name: string; readonly iterations: number } | null;
}

/** A slot file that cannot be read. */
export interface MalformedSlot {
  readonly id: string;
  readonly object_key: string;
  readonly detail: string;
}

export function slotFacts({ id, kind, label, created_at, kdf }: SlotHeader): SlotFacts {
  return { id, kind, label, created_at, kdf: kdf ? { name: kdf.name, iterations: kdf.iterations } : null };
}

export function malformedSlots(slots: readonly Slot[]): MalformedSlot[] {
  return slots.flatMap(({ id, object_key, malformed }) =>
    malformed === undefined ? [] : [{ id, object_key, detail: malformed }],
  );
}

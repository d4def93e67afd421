import type { ObjectStore } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';

/** How far a copy has come. */
export interface CopyProgress {
  /** Entries and objects that were looked at. */
  readonly entries: number;
  readonly objects: number;
  /** Of these, what was copied. */
  readonly copied: number;
  readonly bytes: number;
}

/** What every part of a copy works with. */
export interface CopyContext {
  readonly from: Archive;
  /** What the source's journal says. */
  readonly catalog: Catalog;
  readonly to: ObjectStore;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly tally: CopyTally;
  /** Called before an entry is stored and before anything is removed or replaced; throws when the lock is lost. */
  readonly check: () => Promise<void>;
}

/** What copying keys needs: no open archive, only its place. */
export type KeyContext = Omit<CopyContext, 'from'> & { readonly from: Pick<Archive, 'id' | 'store'> };

/** A run of which the target got no more, because something that its next entry needs is damaged or missing. */
export interface StoppedRun {
  readonly run_id: string;
  /** The first entry that was not copied. */
  readonly n: number;
}

/** Counts what a copy did and found. */
export class CopyTally {
  readonly objects = { copied: 0, held: 0, replaced: 0 };
  readonly entries = { copied: 0, held: 0 };
  readonly rings = { copied: 0, held: 0 };
  readonly slots = { added: 0, removed: 0 };
  reports = 0;
  /** Stored bytes that were copied, of all kinds. */
  bytes = 0;
  readonly damage: Damage[] = [];
  readonly stopped: StoppedRun[] = [];
  readonly #damaged = new Set<string>();
  readonly #onProgress: ((progress: CopyProgress) => void) | undefined;

  constructor(onProgress?: (progress: CopyProgress) => void) {
    this.#onProgress = onProgress;
  }

  progress(): void {
    const { objects, entries, bytes } = this;
    this.#onProgress?.({
      entries: entries.copied + entries.held,
      objects: objects.copied + objects.held,
      copied: objects.copied,
      bytes,
    });
  }

  /** An object that several entries name is told of once. */
  found(damage: Damage): void {
    if (this.#damaged.has(damage.object_key)) return;
    this.#damaged.add(damage.object_key);
    this.damage.push(damage);
  }
}

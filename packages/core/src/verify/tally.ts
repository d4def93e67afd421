import { compareKeys } from '@cxvault/plugin-api';

import type { Damage } from '../damage.ts';
import type { SampleStatement, VerifyReport } from './verify-report.ts';

/** What the check of one sound object counted. */
export interface ObjectFacts {
  /** Records whose content was compared. */
  readonly records: number;
  /** Bytes of an original medium that was compared. */
  readonly mediaBytes: number;
  /** 1 for a medium whose content was compared. */
  readonly media: number;
}

/** Nothing inside the object was looked at. */
export const noFacts: ObjectFacts = { records: 0, mediaBytes: 0, media: 0 };

/** Counts of a verify, and the damage that it found. An object is named once for each kind of problem. */
export class Tally {
  readonly #damage = new Map<string, Damage>();
  readonly #damagedRecords = new Map<string, number>();
  readonly #damagedMedia = new Set<string>();
  readonly #objects = { checked: 0, bytes: 0, leftover: 0, provenBefore: 0 };
  readonly #records = { checked: 0 };
  readonly #media = { checked: 0, bytes: 0 };
  runs = 0;
  entries = 0;
  tips: readonly string[] = [];

  /** An object was looked at, sound or not. */
  object(bytes: number): void {
    this.#objects.checked += 1;
    this.#objects.bytes += bytes;
  }

  facts({ records, media, mediaBytes }: ObjectFacts): void {
    this.#records.checked += records;
    this.#media.checked += media;
    this.#media.bytes += mediaBytes;
  }

  leftover(count = 1): void {
    this.#objects.leftover += count;
  }

  provenBefore(): void {
    this.#objects.provenBefore += 1;
  }

  /** Records of a segment that are lost, and media that are. */
  costs(objectKey: string, records: number, media: boolean): void {
    if (records > 0) this.#damagedRecords.set(objectKey, records);
    if (media) this.#damagedMedia.add(objectKey);
  }

  damage(found: Damage): void {
    const name = `${found.problem} ${found.object_key}`;
    const before = this.#damage.get(name);
    const interactions = new Set([...(before?.interactions ?? []), ...found.interactions]);
    this.#damage.set(name, { ...(before ?? found), interactions: [...interactions] });
  }

  /** What was found so far; the list may be added to by {@link Tally.damage} only. */
  found(): readonly Damage[] {
    return [...this.#damage.values()];
  }

  report(head: {
    archive: string;
    depth: VerifyReport['depth'];
    sample: SampleStatement | undefined;
    resumedFrom?: string | undefined;
    durationMs: number;
  }): VerifyReport {
    // by name, so that two verifies of one archive say the same: objects are checked several at a time
    const damage = [...this.found()].sort((a, b) => compareKeys(a.object_key, b.object_key));
    const outsideJournal = damage.filter(({ kind }) => kind !== 'journal');
    const missing = keysOf(outsideJournal.filter(({ problem }) => problem === 'missing'));
    const damaged = keysOf(outsideJournal.filter(({ problem }) => problem !== 'missing'));
    const { checked, bytes, leftover, provenBefore } = this.#objects;
    return {
      archive: head.archive,
      depth: head.depth,
      ok: damage.length === 0,
      objects: {
        checked,
        bytes,
        damaged: damaged.size,
        missing: missing.size,
        leftover,
        ...(provenBefore > 0 && { proven_before: provenBefore }),
      },
      records: { ...this.#records, damaged: sum(this.#damagedRecords.values()) },
      media: { ...this.#media, damaged: this.#damagedMedia.size },
      journal: {
        runs: this.runs,
        entries: this.entries,
        damaged: keysOf(damage.filter(({ kind }) => kind === 'journal')).size,
        tips: this.tips,
      },
      damage,
      ...(head.sample && { sample: head.sample }),
      ...(head.resumedFrom !== undefined && { resumed_from: head.resumedFrom }),
      duration_ms: Math.round(head.durationMs),
    };
  }
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

function keysOf(damage: readonly Damage[]): Set<string> {
  return new Set(damage.map(({ object_key }) => object_key));
}

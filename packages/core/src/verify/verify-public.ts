import { checkPublic, openSlot } from '@cxvault/crypto-codec';
import type { Expected } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectInfo, ObjectStore } from '@cxvault/plugin-api';

import { eachAtOnce } from '../at-once.ts';
import { storeSource } from '../byte-source.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { readDescriptor } from '../descriptor.ts';
import {
  entryKey,
  mediaPrefix,
  parseRunKey,
  recordsPrefix,
  ringPrefix,
  runsPrefix,
  slotPrefix,
} from '../layout.ts';
import { largestSlot, slotIdOf } from '../slots.ts';
import { readSmallObject } from '../store-read.ts';
import { explainDamage } from './explain.ts';
import { Tally } from './tally.ts';
import type { VerifyProgress, VerifyReport } from './verify-report.ts';

const defaultConcurrency = 4;

export interface VerifyPublicOptions {
  /** How the report names the archive. */
  readonly archive: string;
  /** Objects at the same time. @default 4 */
  readonly concurrency?: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * What can be checked without any key: the descriptor parses, each object has the header that its name asks for, and
 * the bytes that its trailer's SHA-256 was made of; the numbers of each run's entries have no gap; slots are well
 * formed. It finds accidents. Who changes an object on purpose can make the trailer fit, and a missing object
 * shows only in the journal, which is encrypted.
 */
export async function verifyPublic(store: ObjectStore, options: VerifyPublicOptions): Promise<VerifyReport> {
  const clock = options.clock ?? systemClock;
  const startedAt = clock.now();
  try {
    const { descriptor } = await readDescriptor(store);
    const check = new PublicCheck(store, descriptor.archive_id, options);
    await check.slots();
    for (const prefix of [ringPrefix, runsPrefix, 'data/']) await check.objects(prefix);
    check.gaps();
    const durationMs = clock.now() - startedAt;
    return check.tally.report({ archive: options.archive, depth: 'public', sample: undefined, durationMs });
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    throw new CxvaultError('INTERRUPTED', 'the verify was interrupted', { cause: error });
  }
}

class PublicCheck {
  readonly tally = new Tally();
  readonly #store: ObjectStore;
  readonly #archiveId: string;
  readonly #options: VerifyPublicOptions;
  readonly #numbers = new Map<string, { count: number; last: number }>();
  readonly #done = { checked: 0, bytes: 0 };

  constructor(store: ObjectStore, archiveId: string, options: VerifyPublicOptions) {
    this.#store = store;
    this.#archiveId = archiveId;
    this.#options = options;
  }

  async slots(): Promise<void> {
    for await (const { key } of this.#store.list(slotPrefix, this.#listOptions())) {
      const slotId = slotIdOf(key);
      if (slotId === undefined) continue; // another name: not a slot of the format
      try {
        const bytes = await readSmallObject(this.#store, key, largestSlot, this.#listOptions());
        await openSlot(slotId, bytes ?? new Uint8Array(), {}, this.#archiveId);
      } catch (error) {
        await this.#report(key, 'slot', error);
      }
    }
  }

  async objects(prefix: string): Promise<void> {
    const { concurrency = defaultConcurrency } = this.#options;
    await eachAtOnce(this.#store.list(prefix, this.#listOptions()), concurrency, (info) =>
      this.#object(info),
    );
  }

  async #object({ key, size }: ObjectInfo): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const kind = kindOf(key);
    if (!kind) {
      this.tally.leftover();
      return;
    }
    const run = parseRunKey(key);
    if (run && 'n' in run) this.#noteEntry(run.runId, run.n);
    else this.tally.object(size);
    try {
      const expected: Expected = { archiveId: this.#archiveId, objectKey: key, kind };
      await checkPublic(storeSource(this.#store, key, size, this.#options.signal), expected);
    } catch (error) {
      await this.#report(key, kind, error);
    }
    this.#done.checked += 1;
    this.#done.bytes += size;
    this.#options.onProgress?.({ ...this.#done, total: this.#done.checked });
  }

  #noteEntry(runId: string, n: number): void {
    const { count, last } = this.#numbers.get(runId) ?? { count: 0, last: 0 };
    this.#numbers.set(runId, { count: count + 1, last: Math.max(last, n) });
    this.tally.entries += 1;
    this.tally.runs = this.#numbers.size;
  }

  /** Entries are numbered without gaps, which shows without a key. */
  gaps(): void {
    for (const [runId, { count, last }] of this.#numbers) {
      if (count === last) continue;
      this.tally.damage({
        object_key: entryKey(runId, last),
        kind: 'journal',
        problem: 'journal-gap',
        detail: `the run has ${count} entries, the last of which is number ${last}`,
        interactions: [],
      });
    }
  }

  async #report(key: string, kind: string, error: unknown): Promise<void> {
    const { signal } = this.#options;
    const place = { archive: { store: this.#store, id: this.#archiveId }, key, signal };
    const { problem, detail } = await explainDamage(place, error);
    this.tally.damage({ object_key: key, kind, problem, detail, interactions: [] });
  }

  #listOptions(): { signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal ? { signal } : {};
  }
}

function kindOf(key: string): 'records' | 'media' | 'journal' | 'report' | 'ring' | undefined {
  const run = parseRunKey(key);
  if (run) return 'report' in run ? 'report' : 'journal';
  if (!key.endsWith('.cxv')) return undefined;
  if (key.startsWith(recordsPrefix)) return 'records';
  if (key.startsWith(mediaPrefix)) return 'media';
  return key.startsWith(ringPrefix) ? 'ring' : undefined;
}

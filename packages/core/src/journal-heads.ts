import { checkPublic, isCodecError } from '@cxvault/crypto-codec';

import type { Archive } from './archive.ts';
import type { Damage } from './damage.ts';
import type { EntryRef } from './journal-entry.ts';
import { entryKey } from './layout.ts';

/** An entry that is expected and not there. */
export interface LostHead {
  readonly damage: Damage;
  readonly lost: EntryRef;
}

/** The last entry of every run that was seen, and the entries that others name in `heads`. */
export class RunTips {
  readonly #last = new Map<string, { readonly n: number; readonly sha256: string | undefined }>();
  readonly #expected = new Map<string, EntryRef>();

  /** Called for the entries of a run in their order; `sha256` is undefined for one that could not be read. */
  found(runId: string, n: number, sha256: string | undefined): void {
    this.#last.set(runId, { n, sha256 });
  }

  expect(head: EntryRef): void {
    this.#expected.set(`${head.run_id}/${head.n}/${head.sha256}`, head);
  }

  /** Expected entries, and what is known of them: beyond the run's last entry, the last, or further up. */
  *open(): Generator<{
    head: EntryRef;
    place: 'gone' | 'earlier' | { readonly sha256: string | undefined };
  }> {
    for (const head of this.#expected.values()) {
      const last = this.#last.get(head.run_id);
      if (!last || head.n > last.n) yield { head, place: 'gone' };
      else yield { head, place: head.n < last.n ? 'earlier' : { sha256: last.sha256 } };
    }
  }
}

/**
 * Entries that later runs name as heads and that are gone or others than they were. Gaps in the middle of a run
 * and entries that cannot be read have been reported by the pass itself.
 */
export async function headsNotFound(
  archive: Archive,
  tips: RunTips,
  signal?: AbortSignal,
): Promise<LostHead[]> {
  const lost = new Map<string, LostHead>();
  for (const { head, place } of tips.open()) {
    const key = entryKey(head.run_id, head.n);
    if (place === 'gone')
      lost.set(key, lostHead(head, 'missing', 'a later run names this entry, and it is gone'));
    else {
      const sha256 = place === 'earlier' ? await storedSha256(archive, key, signal) : place.sha256;
      if (sha256 === undefined || sha256 === head.sha256) continue;
      lost.set(key, lostHead(head, 'swapped', 'a later run names another content of this entry'));
    }
  }
  return [...lost.values()];
}

async function storedSha256(
  archive: Archive,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const info = await archive.store.stat(key, signal ? { signal } : {});
  if (!info) return undefined;
  try {
    return (await checkPublic(await archive.source(key, info.size, signal), {})).sha256;
  } catch (error) {
    if (!isCodecError(error)) throw error;
    return undefined;
  }
}

function lostHead(head: EntryRef, problem: 'missing' | 'swapped', detail: string): LostHead {
  const key = entryKey(head.run_id, head.n);
  return { damage: { object_key: key, kind: 'journal', problem, detail, interactions: [] }, lost: head };
}

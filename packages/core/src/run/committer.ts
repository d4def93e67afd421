import { SegmentSealer } from '@cxvault/crypto-codec';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import type {
  ArchivedInteraction,
  EntryLists,
  EntryMark,
  EntryObject,
  EntryWindow,
  FailedInteraction,
  SeenInteraction,
} from '../journal-entry.ts';
import type { JournalWriter } from '../journal.ts';
import type { KeyAllocator } from '../key-ring.ts';
import { segmentKey } from '../layout.ts';

// A segment closes at 1,000 records or 16 MiB of text (architecture: "The flow of one run").
const segmentRecords = 1_000;
const segmentBytes = 16 * 1024 * 1024;
/** Outcomes without a segment are committed when this many have gathered. */
const looseOutcomes = 5_000;

/** An interaction that is ready to be committed: its media are stored. */
export interface ReadyInteraction {
  readonly line: Uint8Array;
  readonly archived: Omit<ArchivedInteraction, 'sha256' | 'segment'>;
  /** The objects that were stored for it. */
  readonly objects: readonly EntryObject[];
  /** The interaction's type, for the report; the journal does not hold it. */
  readonly type: string | null;
}

/** What one entry committed, for those who draw a run over time. */
export interface RunCommit {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly archived: number;
  readonly failed: number;
  /** How many of the archived ones are of each type; without a type: the empty string. */
  readonly types: ReadonlyMap<string, number>;
}

export interface CommitterOptions {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly writer: JournalWriter;
  readonly keys: KeyAllocator;
  readonly clock: Clock;
  readonly compression: 'zstd' | 'none';
  /** How long a segment may stay open, in milliseconds. */
  readonly segmentAgeMs: number;
  /** Told of the interactions whose entry has become durable: archived, and marked. */
  readonly onCommitted: (
    ids: { readonly archived: readonly string[]; readonly marked: readonly string[] },
    commit: RunCommit,
  ) => void;
}

interface OpenSegment {
  readonly sealer: SegmentSealer;
  readonly archived: ArchivedInteraction[];
  readonly objects: EntryObject[];
  readonly types: Map<string, number>;
}

interface Outcomes {
  seen: SeenInteraction[];
  failed: FailedInteraction[];
  marks: EntryMark[];
  windows: EntryWindow[];
}

/**
 * Gathers what the workers bring and commits it: segment stored, then the entry that names it, then the catalog.
 * One commit is under way while the next segment fills; who brings more has to wait.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #uncommitted = new Set<string>();
  #outcomes: Outcomes = noOutcomes();
  #segment: OpenSegment | undefined;
  /** Ends the timer of the open segment: one that slept on would keep its segment in memory. */
  #ageing = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #commit: Promise<void> = Promise.resolve();
  #plaintextBytes = 0;
  #storedBytes = 0;
  #entries = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Bytes of records, and of sealed segments, that were committed. */
  get bytes(): { readonly plaintext: number; readonly stored: number } {
    return { plaintext: this.#plaintextBytes, stored: this.#storedBytes };
  }

  /** Entries that were written. */
  get entries(): number {
    return this.#entries;
  }

  /** True when there is something to commit, windows apart. */
  get hasOutcomes(): boolean {
    const { seen, failed, marks } = this.#outcomes;
    return this.#segment !== undefined || seen.length + failed.length + marks.length > 0;
  }

  /** Takes an interaction into the open segment. Throws `RECORD_TOO_LARGE`, and then nothing has changed. */
  async add(ready: ReadyInteraction): Promise<void> {
    await this.#inTurn(async () => {
      const segment = (this.#segment ??= await this.#openSegment());
      const { sha256 } = segment.sealer.add(ready.archived.interaction_id, ready.line);
      segment.archived.push({ ...ready.archived, sha256, segment: segment.sealer.objectKey });
      segment.objects.push(...ready.objects);
      const type = ready.type ?? '';
      segment.types.set(type, (segment.types.get(type) ?? 0) + 1);
      this.#uncommitted.add(ready.archived.interaction_id);
      if (segment.sealer.recordCount >= segmentRecords || segment.sealer.plaintextBytes >= segmentBytes) {
        await this.#startCommit();
      }
    });
  }

  async addSeen(seen: SeenInteraction): Promise<void> {
    this.#outcomes.seen.push(seen);
    await this.#commitLooseOutcomes();
  }

  async addFailed(failed: FailedInteraction): Promise<void> {
    this.#outcomes.failed.push(failed);
    await this.#commitLooseOutcomes();
  }

  async addMark(mark: EntryMark): Promise<void> {
    this.#outcomes.marks.push(mark);
    await this.#commitLooseOutcomes();
  }

  addWindow(window: EntryWindow): void {
    this.#outcomes.windows.push(window);
  }

  /** Resolves when no version of the interaction waits for its entry. */
  async settled(interactionId: string): Promise<void> {
    if (this.#uncommitted.has(interactionId)) await this.flush();
  }

  /** Commits all that has been brought; resolves when it is durable. */
  async flush(options: { readonly final?: boolean } = {}): Promise<void> {
    await this.#inTurn(() => this.#startCommit(options.final ?? false));
    await this.#commit;
  }

  /** Ends the timer of the open segment. */
  close(): void {
    this.#ageing.abort();
  }

  async #openSegment(): Promise<OpenSegment> {
    const { archive, keys, clock, compression, segmentAgeMs } = this.#options;
    const storedAt = new Date(clock.now());
    const sealer = new SegmentSealer({
      archiveId: archive.id,
      key: await keys.next(),
      objectKeyOf: (objectId) => segmentKey(objectId, storedAt),
      compression,
    });
    const segment = { sealer, archived: [], objects: [], types: new Map<string, number>() };
    this.#ageing = new AbortController();
    void this.#closeWhenOld(segment, segmentAgeMs, this.#ageing.signal);
    return segment;
  }

  async #closeWhenOld(segment: OpenSegment, ageMs: number, closed: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(ageMs, closed, true);
      await this.#inTurn(async () => {
        if (this.#segment === segment) await this.#startCommit();
      });
    } catch {
      // closed before; or the commit failed, which everyone who adds or flushes is told
    }
  }

  async #commitLooseOutcomes(): Promise<void> {
    const { seen, failed, marks } = this.#outcomes;
    if (seen.length + failed.length + marks.length < looseOutcomes) return;
    await this.#inTurn(() => this.#startCommit());
  }

  /** One caller at a time, in order; a failure is told to the caller only. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Waits for the commit that is under way, then starts the next one with all that has gathered. */
  async #startCommit(final = false): Promise<void> {
    await this.#commit;
    const segment = this.#segment;
    const outcomes = this.#outcomes;
    this.#ageing.abort();
    this.#segment = undefined;
    this.#outcomes = noOutcomes();
    const empty = !segment && listsOf(outcomes).every((list) => list.length === 0);
    if (empty && !final) return;
    this.#commit = this.#commitAll(segment, outcomes, final);
    // whoever waits for it next is told; until then the failure must not count as unhandled
    this.#commit.catch(() => undefined);
  }

  async #commitAll(segment: OpenSegment | undefined, outcomes: Outcomes, final: boolean): Promise<void> {
    const { catalog, writer, clock, onCommitted } = this.#options;
    const stored = segment && (await this.#storeSegment(segment.sealer));
    const objects = segment && stored ? [...segment.objects, stored.object] : [];
    const lists: EntryLists = { objects, archived: segment?.archived ?? [], ...outcomes };
    catalog.apply(await writer.append(lists, { final }));
    this.#plaintextBytes += stored?.plaintext ?? 0;
    this.#storedBytes += stored?.object.bytes ?? 0;
    this.#entries += 1;
    const archived = lists.archived?.map((one) => one.interaction_id) ?? [];
    for (const id of archived) this.#uncommitted.delete(id);
    const types = segment?.types ?? new Map<string, number>();
    onCommitted(
      { archived, marked: outcomes.marks.map((mark) => mark.interaction_id) },
      { at: clock.now(), archived: archived.length, failed: outcomes.failed.length, types },
    );
  }

  async #storeSegment(sealer: SegmentSealer): Promise<{ object: EntryObject; plaintext: number }> {
    const { bytes, summary } = await sealer.finish();
    await this.#options.archive.store.put(summary.objectKey, bytes, { ifAbsent: true, size: bytes.length });
    const object = { key: summary.objectKey, kind: 1, bytes: summary.size, sha256: summary.sha256 };
    return { object, plaintext: summary.content.bytes };
  }
}

function noOutcomes(): Outcomes {
  return { seen: [], failed: [], marks: [], windows: [] };
}

function listsOf({ seen, failed, marks, windows }: Outcomes): readonly (readonly unknown[])[] {
  return [seen, failed, marks, windows];
}

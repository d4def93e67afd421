import { sealDocument } from '@cxvault/crypto-codec';
import type { SealOptions } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { JsonValue, SourceIdentity } from '@cxvault/plugin-api';

import type { Archive } from './archive.ts';
import type { Clock } from './clock.ts';
import { entryListNames, journalEntrySchema } from './journal-entry.ts';
import type { EntryLists, EntryRef, JournalEntry } from './journal-entry.ts';
import type { StoredEntry } from './journal.ts';
import { toJson } from './json.ts';
import { entryKey, lastEntryNumber, reportKey } from './layout.ts';
import { createObject } from './store-create.ts';

/** Bytes of JSON: half of what a reader takes, far above an entry of one segment (about 1 MB). */
export const largestEntry = 32 * 1024 * 1024;
/** A run that keeps polling goes on under a new id when so many entry numbers are left. */
const numbersLeft = 10_000;
/** Bytes of JSON below which setting up a decompressor takes a reader longer than the bytes are worth. */
const smallEntry = 4_096;

export interface JournalWriterOptions {
  readonly runId: string;
  readonly source: SourceIdentity;
  /** The tips that were known when the run began; they go into the first entry. */
  readonly heads: readonly EntryRef[];
  readonly tool: { readonly name: string; readonly version: string };
  readonly clock: Clock;
  /** Called before each entry is stored; throws when the run must stop (lock lost). */
  readonly beforeAppend?: () => Promise<void>;
}

/**
 * Writes the journal of one run. Each entry is the commit point of what it names: it is durable when `append`
 * resolves. After an append that failed while storing, the writer takes no more: whether that entry is there
 * cannot be told, and the next one would have to name it.
 */
export class JournalWriter {
  readonly #archive: Archive;
  readonly #options: JournalWriterOptions;
  #last: EntryRef | undefined;
  #final = false;
  #broken: { readonly error: unknown } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(archive: Archive, options: JournalWriterOptions) {
    this.#archive = archive;
    this.#options = options;
  }

  /** The last durable entry: the run's tip. */
  get tip(): EntryRef | undefined {
    return this.#last;
  }

  /** True when it takes no more: an append failed, or the numbers of entries are nearly used up. */
  get isSpent(): boolean {
    return this.#broken !== undefined || (this.#last?.n ?? 0) > lastEntryNumber - numbersLeft;
  }

  /**
   * Stores the next entry; calls at the same time are carried out one after the other. Lists must be bounded by
   * the caller (a segment has at most 1,000 records): an entry above 32 MiB of JSON throws `INTERNAL`. Throws
   * `STORE_CONFLICT` when another's object has the entry's name.
   */
  async append(lists: EntryLists, options: { readonly final?: boolean } = {}): Promise<StoredEntry> {
    return this.#inTurn(() => this.#append(lists, options.final ?? false));
  }

  /** Stores the run's report, once, after its final entry. */
  async writeReport(report: JsonValue): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.#final) throw defect('a report is written after the final entry', this.#options.runId);
      const key = reportKey(this.#options.runId);
      const { bytes } = sealDocument('report', report, this.#sealing(key, 'zstd'));
      await createObject(this.#archive.store, key, bytes);
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #append(lists: EntryLists, final: boolean): Promise<StoredEntry> {
    if (this.#broken) throw this.#broken.error;
    if (this.#final) throw defect('an entry after the final one', this.#options.runId);
    const entry = this.#entry(lists, final);
    if (entry.n > lastEntryNumber)
      throw defect('a run has more entries than its names can tell', entry.run_id);
    const key = entryKey(entry.run_id, entry.n);
    const document = entryDocument(entry);
    // Readers would take it for damage, for good: entries are never rewritten.
    if (!journalEntrySchema.safeParse(document).success)
      throw defect('a journal entry that no reader would take', entry.run_id);
    const { length } = JSON.stringify(document);
    if (length > largestEntry) throw defect('a journal entry is too large', entry.run_id);
    await this.#options.beforeAppend?.();
    const { bytes, summary } = sealDocument(
      'journal',
      document,
      this.#sealing(key, length < smallEntry ? 'none' : 'zstd'),
    );
    await this.#store(key, bytes);
    const ref = { run_id: entry.run_id, n: entry.n, sha256: summary.sha256 };
    this.#last = ref;
    this.#final = final;
    return { entry, ref, key, bytes: bytes.length };
  }

  async #store(key: string, bytes: Uint8Array): Promise<void> {
    try {
      await createObject(this.#archive.store, key, bytes);
    } catch (error) {
      this.#broken = { error };
      throw error;
    }
  }

  #entry(lists: EntryLists, final: boolean): JournalEntry {
    const { runId, source, heads, tool, clock } = this.#options;
    const first = this.#last === undefined;
    return {
      run_id: runId,
      n: (this.#last?.n ?? 0) + 1,
      previous: this.#last?.sha256 ?? null,
      ...(first && { heads, descriptor_sha256: this.#archive.descriptorSha256 }),
      at: new Date(clock.now()).toISOString(),
      tool: { name: tool.name, version: tool.version },
      source: { system: source.system, profile: source.profile, tenant: source.tenant },
      ...noLists,
      ...lists,
      needs: [],
      final,
    };
  }

  #sealing(key: string, compression: SealOptions['compression']): SealOptions {
    return {
      archiveId: this.#archive.id,
      key: this.#archive.keys.journalKey,
      objectKeyOf: () => key,
      compression,
    };
  }
}

const noLists = { objects: [], archived: [], seen: [], failed: [], marks: [], windows: [], erased: [] };

/** The JSON of an entry: empty lists are left out. */
function entryDocument(entry: JournalEntry): JsonValue {
  const optional: readonly string[] = [...entryListNames, 'needs'];
  const shown = Object.entries(entry).filter(
    ([name, value]) => !(optional.includes(name) && Array.isArray(value) && value.length === 0),
  );
  return toJson(Object.fromEntries(shown));
}

function defect(what: string, runId: string): CxvaultError {
  return new CxvaultError('INTERNAL', what, { context: { run_id: runId } });
}

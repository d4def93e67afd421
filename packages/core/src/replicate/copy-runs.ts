import { eachAtOnce } from '../at-once.ts';
import type { CatalogEntry, CatalogObject } from '../catalog/rows.ts';
import { readEntryObject, readJournalObject } from '../journal-object.ts';
import { entryKey, parseRunKey, runsPrefix } from '../layout.ts';
import { kindName } from '../verify/damage-found.ts';
import { copyChecked, SourceDamage } from './copy-object.ts';
import type { NamedObject } from './copy-object.ts';
import type { CopyContext } from './copy-context.ts';
import type { HeldObjects } from './held-objects.ts';

/** Objects of one entry that are copied at the same time. */
const objectsAtOnce = 8;

/** How far a run has come: all entries before `next` are there. */
interface RunState {
  next: number;
  /** No more of it is copied. */
  stopped: boolean;
  /** Its first entry waits for those that it names as heads. */
  underWay: boolean;
}

/**
 * Copies the journal, run by run and entry by entry: what an entry names, then the entry, then a run's report. Entries
 * that a run names as heads come before it, so that the target is a whole, older archive at any moment.
 */
export class RunCopier {
  readonly #context: CopyContext;
  readonly #held: HeldObjects;
  readonly #runs = new Map<string, RunState>();

  constructor(context: CopyContext, held: HeldObjects) {
    this.#context = context;
    this.#held = held;
  }

  async copyAll(): Promise<void> {
    const { from, signal, catalog } = this.#context;
    for await (const { key, size } of from.store.list(runsPrefix, signal ? { signal } : {})) {
      const name = parseRunKey(key);
      if (!name) continue;
      await this.#advance(name.runId, catalog.lastEntryOf(name.runId));
      if ('report' in name) await this.#copyReport(name.runId, { key, size });
    }
  }

  /** Copies a run up to entry `last`. */
  async #advance(runId: string, last: number): Promise<void> {
    const run = this.#stateOf(runId);
    if (run.underWay) return;
    while (!run.stopped && run.next <= last) {
      this.#context.signal?.throwIfAborted();
      if (await this.#copyEntry(runId, run)) run.next += 1;
      else this.#stop(runId, run);
    }
  }

  #stateOf(runId: string): RunState {
    const known = this.#runs.get(runId);
    if (known) return known;
    const fresh = { next: 1, stopped: false, underWay: false };
    this.#runs.set(runId, fresh);
    return fresh;
  }

  #stop(runId: string, run: RunState): void {
    run.stopped = true;
    this.#context.tally.stopped.push({ run_id: runId, n: run.next });
  }

  /** False when the target has not got the entry, and cannot get it. */
  async #copyEntry(runId: string, run: RunState): Promise<boolean> {
    const { catalog, tally } = this.#context;
    const n = run.next;
    const entry = catalog.entryAt(runId, n);
    // damaged or gone at the source: the journal's own damage names it. What the target has of it is good for what follows
    if (!entry) return this.#held.sizeOf(entryKey(runId, n)) !== undefined;
    const held = this.#held.sizeOf(entry.key) === entry.bytes;
    if (n === 1 && !held) await this.#copyHeads(runId, run, entry);
    const complete = await this.#copyObjects(catalog.objectsNamedBy(runId, n));
    if (held) {
      tally.entries.held += 1;
      tally.progress();
      return true;
    }
    if (!complete) return false;
    return await this.#commit(entry);
  }

  async #commit(entry: CatalogEntry): Promise<boolean> {
    await this.#context.check();
    const done = await this.#copy(entry, 'journal', []);
    if (done) this.#context.tally.entries.copied += 1;
    this.#context.tally.progress();
    return done;
  }

  async #copyHeads(runId: string, run: RunState, { key, bytes }: CatalogEntry): Promise<void> {
    const { from, signal } = this.#context;
    const read = await readEntryObject(from, key, bytes, { runId, n: 1 }, signal);
    if ('problem' in read) return; // found again when it is copied
    run.underWay = true;
    for (const head of read.document.heads ?? []) await this.#advance(head.run_id, head.n);
    run.underWay = false;
  }

  /** True when the target has all of them. */
  async #copyObjects(objects: readonly CatalogObject[]): Promise<boolean> {
    const { tally, catalog } = this.#context;
    let complete = true;
    await eachAtOnce(objects, objectsAtOnce, async (object) => {
      const held = this.#held.sizeOf(object.key);
      if (held === object.bytes) {
        tally.objects.held += 1;
        return;
      }
      if (held !== undefined) await this.#context.check();
      if (await this.#copy(object, kindName(object.kind), () => catalog.interactionsOf(object.key))) {
        tally.objects.copied += 1;
        if (held !== undefined) tally.objects.replaced += 1;
      } else complete = false;
      tally.progress();
    });
    return complete;
  }

  async #copyReport(
    runId: string,
    { key, size }: { readonly key: string; readonly size: number },
  ): Promise<void> {
    const { from, signal, catalog, tally } = this.#context;
    const run = this.#stateOf(runId);
    // a report without the final entry of its run is damage
    if (run.stopped || !catalog.isFinal(runId) || this.#held.sizeOf(key) === size) return;
    const read = await readJournalObject(from, 'report', key, size, signal);
    if ('problem' in read) {
      tally.found({ object_key: key, kind: 'report', ...read, interactions: [] });
      return;
    }
    if (await this.#copy({ key, bytes: read.bytes, sha256: read.sha256 }, 'report', [])) tally.reports += 1;
  }

  /** False when the source does not have it as it must be; that is reported. */
  async #copy(
    object: NamedObject,
    kind: string,
    interactions: readonly string[] | (() => string[]),
  ): Promise<boolean> {
    const { from, to, clock, signal, tally } = this.#context;
    const replace = this.#held.sizeOf(object.key) !== undefined;
    try {
      await copyChecked(from.store, to, object, { clock, signal, replace });
    } catch (error) {
      if (!(error instanceof SourceDamage)) throw error;
      const cost = typeof interactions === 'function' ? interactions() : interactions;
      const { problem, message: detail } = error;
      tally.found({ object_key: object.key, kind, problem, detail, interactions: [...cost] });
      return false;
    }
    this.#held.note(object.key, object.bytes);
    tally.bytes += object.bytes;
    return true;
  }
}

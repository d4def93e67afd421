import type { TenantClock } from './clock.ts';
import { unit } from './hash.ts';
import { interactionId, interactionIndex } from './interaction-id.ts';
import { ListOrder } from './list-order.ts';
import type { Population } from './population.ts';
import type { Absence, RowState, Version } from './row-state.ts';
import type { Settings } from './settings.ts';
import { streams } from './streams.ts';

const hour = 3_600_000; // ms

/** How an edit changes the content. `touch`: not at all, only the update time. */
export const editKinds = ['note', 'media-add', 'media-remove', 'touch'] as const;
export type EditKind = (typeof editKinds)[number];

/** The interactions as they are now: the population, and what has happened to some of them since. */
export class Tenant {
  readonly population: Population;
  readonly clock: TenantClock;
  readonly order: ListOrder;
  readonly #changed = new Map<number, RowState>();
  readonly #stale: Settings['stale'];
  readonly #mediaCount: (index: number) => number;
  /** The first update times of those that came after the start. */
  readonly #arrived: number[] = [];

  constructor(
    population: Population,
    clock: TenantClock,
    stale: Settings['stale'],
    mediaCount: (index: number) => number,
  ) {
    this.population = population;
    this.clock = clock;
    this.order = new ListOrder(population.baseCount, population.baseTime);
    this.#stale = stale;
    this.#mediaCount = mediaCount;
  }

  /** How many interactions exist, visible or not. Indexes go from 0 to this, less one. */
  get total(): number {
    return this.population.baseCount + this.#arrived.length;
  }

  idOf(index: number): string {
    return interactionId(this.population.seed, index);
  }

  /** The number of the interaction of an id, deleted ones too; undefined when there is none. */
  indexOf(id: string): number | undefined {
    const index = interactionIndex(this.population.seed, id);
    return index !== undefined && index < this.total ? index : undefined;
  }

  /** The interaction as it is now; undefined when there is none of this index. */
  version(index: number): Version | undefined {
    if (index < 0 || index >= this.total) return undefined;
    return this.#changed.get(index)?.now ?? this.#first(index);
  }

  /** When it was closed, in milliseconds since 1970: its first update time. */
  firstUpdated(index: number): number {
    return this.#arrived[index - this.population.baseCount] ?? this.population.baseTime(index);
  }

  /** Why the interaction is not in the list; undefined when it is. */
  absence(index: number): Absence | undefined {
    return this.#changed.get(index)?.absence;
  }

  /** What the detail endpoint shows now: mostly the newest version, from a lagging replica the one before. */
  read(index: number): Version | undefined {
    const now = this.version(index);
    if (now === undefined) return undefined;
    const state = this.#changed.get(index) ?? (this.#lags(index, now) ? this.#state(index) : undefined);
    if (state === undefined || state.staleReads === 0) return now;
    state.staleReads -= 1;
    return state.before ?? now;
  }

  /** Adds an interaction, closed and last updated at this time. Returns its index. */
  add(time: number, absence?: Absence): number {
    const index = this.total;
    this.#arrived.push(time);
    const now = fresh(time);
    const lagging = this.#lags(index, now);
    const staleReads = lagging ? this.#stale.reads : 0;
    this.#changed.set(index, { now, absence, before: lagging ? older(now) : undefined, staleReads });
    if (absence === undefined) this.order.place(index, time);
    return index;
  }

  /** Changes an interaction's content, and with it its update time: this one, in the tenant's resolution. */
  edit(index: number, kind: EditKind, time: number): void {
    const { now } = this.#state(index);
    const removable = now.mediaRemoved < this.#mediaCount(index) + now.mediaAdded;
    this.#change(index, {
      ...now,
      updated: this.population.rounded(time),
      changes: now.changes + 1,
      edits: now.edits + (kind === 'touch' ? 0 : 1),
      mediaAdded: now.mediaAdded + (kind === 'media-add' ? 1 : 0),
      mediaRemoved: now.mediaRemoved + (kind === 'media-remove' && removable ? 1 : 0),
    });
  }

  /** Sets a custom field. The update time changes even when the value does not. */
  setField(index: number, fieldId: string, value: string, time: number): void {
    const { now } = this.#state(index);
    this.#change(index, {
      ...now,
      updated: this.population.rounded(time),
      changes: now.changes + 1,
      fields: { ...now.fields, [fieldId]: value },
    });
  }

  /** Takes an interaction out of the list. */
  hide(index: number, absence: Absence): void {
    const state = this.#state(index);
    if (state.absence === undefined) this.order.remove(index, state.now.updated);
    state.absence = absence;
  }

  /** Brings it back, at its old update time or at a new one. */
  show(index: number, time?: number): void {
    const state = this.#state(index);
    if (state.absence === undefined) return;
    if (time !== undefined) {
      const updated = this.population.rounded(time);
      state.now = { ...state.now, updated, changes: state.now.changes + 1 };
    }
    state.absence = undefined;
    this.order.place(index, state.now.updated);
  }

  #change(index: number, next: Version): void {
    const state = this.#state(index);
    if (state.absence === undefined) {
      this.order.remove(index, state.now.updated);
      this.order.place(index, next.updated);
    }
    const lagging = this.#lags(index, next);
    state.before = lagging ? state.now : undefined;
    state.staleReads = lagging ? this.#stale.reads : 0;
    state.now = next;
  }

  #state(index: number): RowState {
    const known = this.#changed.get(index);
    if (known !== undefined) return known;
    if (index < 0 || index >= this.total) throw new RangeError(`no interaction of number ${String(index)}`);
    const now = this.#first(index);
    const lagging = this.#lags(index, now);
    const staleReads = lagging ? this.#stale.reads : 0;
    const state = { now, absence: undefined, before: lagging ? older(now) : undefined, staleReads };
    this.#changed.set(index, state);
    return state;
  }

  #first(index: number): Version {
    return fresh(this.population.baseTime(index));
  }

  #lags(index: number, version: Version): boolean {
    if (this.#stale.fraction === 0) return false;
    return unit(this.population.seed, streams.stale, index, version.changes) < this.#stale.fraction;
  }
}

function fresh(updated: number): Version {
  return { updated, changes: 0, edits: 0, fields: undefined, mediaAdded: 0, mediaRemoved: 0 };
}

/** What a replica shows of an interaction whose last update has not reached it: an hour older, and less in it. */
function older(version: Version): Version {
  return { ...version, updated: version.updated - hour, edits: -1, mediaRemoved: version.mediaRemoved + 1 };
}

import { bisect } from '../bisect.ts';
import type { TenantClock } from '../clock.ts';
import type { MovingTenant } from '../movement.ts';
import type { Population } from '../population.ts';
import type { Absence } from '../row-state.ts';
import { editKinds } from '../tenant.ts';
import { contactId, legNumber } from './contact-id.ts';
import type { ContactShapes, Shape } from './contact-shape.ts';
import { legsUntil, makeLeg } from './leg.ts';
import type { Leg, LegTimes } from './leg.ts';
import type { PlatformSettings } from './settings.ts';

const addedLegMs = 5 * 60_000; // the length of a leg that an edit adds

/** `logged`: a contact turns out to have been recorded. */
export const contactEdits = [...editKinds, 'logged'] as const;
type ContactEdit = (typeof contactEdits)[number];

interface Edit {
  readonly time: number;
  readonly kind: ContactEdit;
}

/** What has happened to a contact besides what its shape says. */
interface ContactState {
  readonly edits: Edit[];
  absence: Absence | undefined;
  /** Custom fields that were set, by name, and when the last one was. */
  readonly fields: Record<string, string>;
  marked: number | undefined;
}

/** The master contacts as they are now, with their legs. */
export class Contacts implements MovingTenant {
  readonly population: Population;
  readonly clock: TenantClock;
  readonly shapes: ContactShapes;
  /** All legs by start time, shown or not. */
  readonly byStart: Leg[] = [];
  readonly #settings: PlatformSettings['list'];
  readonly #times: LegTimes;
  readonly #legs: Leg[][] = [];
  readonly #states = new Map<number, ContactState>();

  constructor(
    population: Population,
    clock: TenantClock,
    shapes: ContactShapes,
    settings: PlatformSettings['list'],
  ) {
    this.population = population;
    this.clock = clock;
    this.shapes = shapes;
    this.#settings = settings;
    this.#times = { seed: population.seed, visibleAfterMs: settings.visibleAfterMs };
    for (let index = 0; index < population.baseCount; index += 1) {
      this.#legs.push(legsUntil(index, shapes.shape(index), population.baseTime(index), this.#times));
    }
    this.byStart = this.#legs.flat().sort(byStartThenId);
  }

  get total(): number {
    return this.#legs.length;
  }

  /** The master contact's id: that of its first leg. */
  masterId(index: number): bigint {
    return contactId(index, 0, this.shapes.shape(index).isLarge);
  }

  idOf(index: number): string {
    return String(this.masterId(index));
  }

  /** Its legs that have ended, in the order of time. */
  legs(index: number): readonly Leg[] {
    const now = this.clock.now();
    return (this.#legs[index] ?? []).filter(({ end }) => end <= now);
  }

  /** The leg of an id, if there is one and it has ended. */
  find(id: string): Leg | undefined {
    const leg = this.#legOf(id);
    if (leg === undefined || leg.end > this.clock.now()) return undefined;
    return this.absence(leg.index) === 'deleted' ? undefined : leg;
  }

  /** The number of the master contact of an id, deleted ones too. */
  indexOf(id: string): number | undefined {
    return this.#legOf(id)?.index;
  }

  /** What a contact is like now; `shapes` says what it was like at the start. */
  shape(index: number): Shape {
    const shape = this.shapes.shape(index);
    return this.#edits(index).some(({ kind }) => kind === 'logged') ? { ...shape, isLogged: true } : shape;
  }

  /** Why none of its legs is in the list, whatever their times; undefined when nothing keeps them out. */
  absence(index: number): Absence | undefined {
    return this.#states.get(index)?.absence;
  }

  /** Whether the list has this leg now. */
  isShown(leg: Leg): boolean {
    return leg.shownAt <= this.clock.now() && this.absence(leg.index) === undefined;
  }

  /** The custom fields (business data) that were set, by name. */
  fields(index: number): Readonly<Record<string, string>> {
    return this.#states.get(index)?.fields ?? {};
  }

  /** How many edits changed what a row says: they fall on the last of the legs from the start. */
  noteEdits(leg: Leg): number {
    return this.#isEdited(leg) ? this.#edits(leg.index).filter(({ kind }) => kind === 'note').length : 0;
  }

  /** When its recordings were deleted; undefined when they are there. */
  purgedAt(index: number): number | undefined {
    const removed = this.#edits(index).find(({ kind }) => kind === 'media-remove')?.time;
    if (removed !== undefined || !this.shapes.shape(index).purged) return removed;
    const time = this.#closed(index) + this.shapes.editedAfter(index) / 2;
    return time <= this.clock.now() ? time : undefined;
  }

  /** When the recordings of a leg are there. */
  readyAt(leg: Leg): number {
    const late = this.shapes.shape(leg.index).lateRecording !== 'none' && leg.leg === 0;
    return leg.end + (late ? this.shapes.lateRecordingMs : 0);
  }

  /** What its row says as `lastUpdateTime`, in the tenant's resolution. */
  lastUpdate(leg: Leg): number {
    const { firstUpdate, markBumps, readyBumps } = this.#settings;
    const times = [firstUpdate === 'ended' ? leg.end : leg.shownAt];
    const isEdited = this.#isEdited(leg);
    for (const { time, kind } of this.#edits(leg.index)) {
      if (kind === 'logged' || (isEdited && kind !== 'media-add')) times.push(time);
    }
    if (markBumps) times.push(this.#states.get(leg.index)?.marked ?? 0);
    const ready = this.readyAt(leg);
    if (readyBumps && ready <= this.clock.now()) times.push(ready);
    return this.population.rounded(Math.max(...times));
  }

  /** When what there is to archive changed last: a leg, what its rows say, or its media. */
  contentChanged(index: number): number {
    const now = this.clock.now();
    const edits = this.#edits(index).filter(({ kind }) => kind !== 'touch');
    const legs = this.legs(index).flatMap((leg) => [leg.shownAt, this.readyAt(leg)]);
    const times = [...legs, this.purgedAt(index) ?? 0, ...edits.map(({ time }) => time)];
    return Math.max(...times.filter((time) => time <= now), 0);
  }

  /** Adds a contact whose last leg ended at this time. Returns its number. */
  add(time: number, absence?: Absence): number {
    const index = this.total;
    const legs = legsUntil(index, this.shapes.shape(index), time, this.#times);
    this.#legs.push(legs);
    for (const leg of legs) this.#place(leg);
    if (absence !== undefined) this.#state(index).absence = absence;
    return index;
  }

  /** Changes a contact. `media-add` is a leg more, `media-remove` purges its recordings. */
  edit(index: number, kind: ContactEdit, time: number): void {
    this.#state(index).edits.push({ time, kind });
    const legs = this.#legs[index];
    if (kind !== 'media-add' || legs === undefined || legs.length > 6) return;
    const { isLarge } = this.shapes.shape(index);
    const leg = makeLeg(index, legs.length, isLarge, time - addedLegMs, time, this.#times);
    legs.push(leg);
    this.#place(leg);
  }

  /** Sets a custom field; the row changes even when the value does not (setting `markBumps`). */
  setField(index: number, field: string, value: string, time: number): void {
    const state = this.#state(index);
    state.fields[field] = value;
    state.marked = time;
  }

  /** Takes all its legs out of the list. */
  hide(index: number, absence: Absence): void {
    this.#state(index).absence = absence;
  }

  /** Brings it back, at its old update time or at a new one. */
  show(index: number, time?: number): void {
    const state = this.#state(index);
    if (state.absence === undefined) return;
    state.absence = undefined;
    if (time !== undefined) state.edits.push({ time, kind: 'touch' });
  }

  /** The leg of an id, ended or not. */
  #legOf(id: string): Leg | undefined {
    const number = legNumber(id);
    const leg = number === undefined ? undefined : this.#legs[number.index]?.[number.leg];
    return leg !== undefined && String(leg.id) === id ? leg : undefined;
  }

  /** Puts a leg in its place by start time. */
  #place(leg: Leg): void {
    const at = bisect(0, this.byStart.length, (n) => {
      const other = this.byStart[n];
      return other !== undefined && byStartThenId(other, leg) < 0;
    });
    this.byStart.splice(at, 0, leg);
  }

  /** When the last of its legs from the start ended. */
  #closed(index: number): number {
    return (this.#legs[index] ?? [])[this.shapes.shape(index).legs - 1]?.end ?? 0;
  }

  /** Whether edits of its contact show in this leg: in the last one from the start. */
  #isEdited(leg: Leg): boolean {
    return leg.leg === this.shapes.shape(leg.index).legs - 1;
  }

  /** All edits so far, the one of its shape included. */
  #edits(index: number): readonly Edit[] {
    const explicit = this.#states.get(index)?.edits ?? [];
    if (!this.shapes.shape(index).edited) return explicit;
    const time = this.#closed(index) + this.shapes.editedAfter(index);
    return time <= this.clock.now() ? [{ time, kind: 'note' }, ...explicit] : explicit;
  }

  #state(index: number): ContactState {
    const known = this.#states.get(index);
    if (known !== undefined) return known;
    if (index < 0 || index >= this.total) throw new RangeError(`no contact of number ${String(index)}`);
    const state: ContactState = { edits: [], absence: undefined, fields: {}, marked: undefined };
    this.#states.set(index, state);
    return state;
  }
}

function byStartThenId(a: Leg, b: Leg): number {
  return a.start - b.start || (a.id < b.id ? -1 : 1);
}

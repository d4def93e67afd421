import { bisect } from './bisect.ts';
import type { TenantClock } from './clock.ts';
import { hash32, pick, unit } from './hash.ts';
import type { Population } from './population.ts';
import type { Absence } from './row-state.ts';
import type { Settings } from './settings.ts';
import { streams } from './streams.ts';
import type { EditKind } from './tenant.ts';

const hour = 3_600_000; // ms
const editKinds = ['note', 'note', 'touch', 'media-add'] as const satisfies readonly EditKind[];
const never = Number.POSITIVE_INFINITY;

/** The rows of either profile's tenant, as they come, change and go. `time` is in milliseconds since 1970. */
export interface MovingTenant {
  readonly clock: TenantClock;
  readonly population: Pick<Population, 'seed' | 'baseCount' | 'baseTime' | 'rounded'>;
  readonly total: number;
  idOf(index: number): string;
  /** The number of the row of an id, deleted ones too; undefined when there is none. */
  indexOf(id: string): number | undefined;
  absence(index: number): Absence | undefined;
  add(time: number, absence?: Absence): number;
  edit(index: number, kind: EditKind, time: number): void;
  hide(index: number, absence: Absence): void;
  /** Brings it back, at its old update time or at a new one. */
  show(index: number, time?: number): void;
}

/** A row that is shown at this time, if it is then still out of the list for the same reason. */
interface Show {
  readonly time: number;
  readonly index: number;
  readonly absence: Absence;
}

interface Stream {
  readonly interval: number;
  count: number;
  readonly run: (count: number, time: number) => void;
}

/**
 * Lets the list move by itself: arrivals, edits, rows leaving and returning, rows that show up late. What happens
 * when follows from the seed; it is caught up with at every request, in the order of time.
 */
export class Movement {
  readonly #tenant: MovingTenant;
  readonly #settings: Settings['movement'];
  readonly #start: number;
  readonly #streams: Stream[];
  /** Rows that will be shown, soonest last. */
  readonly #shows: Show[] = [];

  constructor(tenant: MovingTenant, settings: Settings['movement'], start: number) {
    this.#tenant = tenant;
    this.#settings = settings;
    this.#start = start;
    this.#streams = [
      {
        interval: hour / settings.arrivalsPerHour,
        count: 0,
        run: (_, time) => {
          this.arrive(time, this.#lateBy(tenant.total), time);
        },
      },
      {
        interval: hour / settings.editsPerHour,
        count: 0,
        run: (count, time) => {
          this.#edit(count, time);
        },
      },
      {
        interval: hour / settings.leavesPerHour,
        count: 0,
        run: (count, time) => {
          this.#leave(count, time);
        },
      },
    ];
    this.#hideLateBaseRows();
  }

  /** Lets everything happen that is due by now. */
  catchUp(): void {
    const now = this.#tenant.clock.now();
    for (;;) {
      const show = this.#shows.at(-1);
      const stream = this.#streams.reduce((a, b) => (this.#due(b) < this.#due(a) ? b : a));
      const time = Math.min(show?.time ?? never, this.#due(stream));
      if (time > now) return;
      if (show?.time === time) {
        this.#shows.pop();
        if (this.#tenant.absence(show.index) === show.absence) this.#tenant.show(show.index);
      } else {
        stream.count += 1;
        stream.run(stream.count, time);
      }
    }
  }

  /** Adds an interaction that was updated at this time and becomes visible so much later (ms). */
  arrive(time: number, lateBy: number, now: number): number {
    const updated = this.#tenant.population.rounded(time);
    const hidden = time + lateBy > now;
    const index = this.#tenant.add(updated, hidden ? 'late' : undefined);
    if (hidden) this.#showLater({ index, time: time + lateBy, absence: 'late' });
    return index;
  }

  #showLater(show: Show): void {
    const at = bisect(0, this.#shows.length, (n) => (this.#shows[n]?.time ?? never) > show.time);
    this.#shows.splice(at, 0, show);
  }

  #due(stream: Stream): number {
    return this.#start + (stream.count + 1) * stream.interval;
  }

  #edit(count: number, time: number): void {
    const { population } = this.#tenant;
    const index = this.#target(streams.editTarget, count);
    if (index === undefined) return;
    const kind = pick(editKinds, hash32(population.seed, streams.editKind, count));
    this.#tenant.edit(index, kind, population.rounded(time));
  }

  #leave(count: number, time: number): void {
    const index = this.#target(streams.leaveTarget, count);
    if (index === undefined) return;
    this.#tenant.hide(index, 'away');
    this.#showLater({ index, time: time + this.#settings.awayMs, absence: 'away' });
  }

  /** A visible row; undefined when the one drawn is away. */
  #target(stream: number, count: number): number | undefined {
    const index = Math.floor(unit(this.#tenant.population.seed, stream, count) * this.#tenant.total);
    if (index >= this.#tenant.total) return undefined;
    return this.#tenant.absence(index) === undefined ? index : undefined;
  }

  #hideLateBaseRows(): void {
    if (this.#settings.lateFraction === 0) return;
    const { population } = this.#tenant;
    const oldest = this.#start - this.#settings.lateMaxMs;
    for (let index = 0; index < population.baseCount; index += 1) {
      const updated = population.baseTime(index);
      if (updated < oldest) return;
      const time = updated + this.#lateBy(index);
      if (time <= this.#start) continue;
      this.#tenant.hide(index, 'late');
      this.#showLater({ index, time, absence: 'late' });
    }
  }

  #lateBy(index: number): number {
    const { seed } = this.#tenant.population;
    if (unit(seed, streams.late, index) >= this.#settings.lateFraction) return 0;
    return Math.ceil(unit(seed, streams.lateBy, index) * this.#settings.lateMaxMs);
  }
}

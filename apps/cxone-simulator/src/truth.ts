import { iso } from './clock.ts';
import type { InteractionsWorld } from './interactions-world.ts';
import { countedAs } from './refusals.ts';
import type { Availability } from './refusals.ts';
import type { Absence } from './row-state.ts';

/** What the truths of both profiles say in numbers. */
export interface TruthTotals {
  readonly tenantId: string;
  /** The tenant's time, ISO 8601 UTC. */
  readonly at: string;
  /** Interactions (master contacts) that are closed and in the list now; equals given + denied + notFound. */
  readonly total: number;
  /** Those of `total` whose details the tenant gives. */
  readonly given: number;
  readonly denied: number;
  readonly notFound: number;
  /** Of `total`: those with a value in the first marker field. */
  readonly marked: number;
}

/** What rows of a truth hold besides. */
export interface RowOptions {
  /** The SHA-256 of each medium. */
  readonly hashes?: boolean | undefined;
  /** Transcripts and messages themselves (profile `platform`). */
  readonly values?: boolean | undefined;
  /** Also the rows that are not in the list. */
  readonly hidden?: boolean | undefined;
}

/** Tells what is true of a tenant. */
export interface Teller {
  /** What a perfect archive would hold now, in numbers. */
  summary(): TruthTotals;
  /** The same, row by row. */
  rows(options?: RowOptions): Iterable<object>;
}

/** What a perfect archive would hold now, in numbers. */
export interface Truth extends TruthTotals {
  /** Of `given`: those whose fields are locked, so that they cannot be marked. */
  readonly locked: number;
  /** Not in the list now, by cause; not in any number above. */
  readonly hidden: Readonly<Record<Absence, number>>;
  /** The media of `given`; total = given + denied + notFound; `bytes` are those of media.given. */
  readonly media: {
    readonly total: number;
    readonly given: number;
    readonly denied: number;
    readonly notFound: number;
    readonly bytes: number;
  };
}

/** One interaction as it is now. */
export interface TruthRow {
  readonly id: string;
  readonly status: string;
  /** ISO 8601 UTC. */
  readonly updatedTime: string;
  readonly visible: boolean;
  readonly available: Availability;
  readonly media: readonly {
    readonly id: string;
    readonly bytes: number;
    readonly available: Availability;
    readonly sha256?: string;
  }[];
  /** The value of the first marker field. */
  readonly marked: string | undefined;
  readonly locked: boolean;
}

/** Tells what is true, from the same functions that the API answers from, but past every fault that passes. */
export class TruthTeller implements Teller {
  readonly #world: InteractionsWorld;

  constructor(world: InteractionsWorld) {
    this.#world = world;
  }

  /** Counts everything: takes some seconds per million interactions. */
  summary(): Truth {
    const sum = { total: 0, given: 0, denied: 0, notFound: 0, marked: 0, locked: 0 };
    const media = { total: 0, given: 0, denied: 0, notFound: 0, bytes: 0 };
    const hidden = { late: 0, away: 0, reopened: 0, deleted: 0 };
    for (let index = 0; index < this.#world.tenant.total; index += 1) {
      const absence = this.#world.tenant.absence(index);
      if (absence !== undefined) {
        hidden[absence] += 1;
        continue;
      }
      const available = this.#world.refusals.interaction(index);
      sum.total += 1;
      sum[countedAs(available)] += 1;
      if (this.#mark(index) !== undefined) sum.marked += 1;
      if (available !== true) continue;
      if (this.#world.refusals.locked(index)) sum.locked += 1;
      this.#countMedia(index, media);
    }
    return {
      tenantId: this.#world.tenantId,
      at: iso(this.#world.clock.now()),
      ...sum,
      hidden,
      media,
    };
  }

  /** One row per interaction, by index; with `hidden` also those that are not in the list. */
  *rows(options: RowOptions = {}): Generator<TruthRow> {
    for (let index = 0; index < this.#world.tenant.total; index += 1) {
      if (this.#world.tenant.absence(index) !== undefined && options.hidden !== true) continue;
      yield this.#row(index, options.hashes === true);
    }
  }

  #row(index: number, hashes: boolean): TruthRow {
    const version = this.#world.tenant.version(index);
    const absence = this.#world.tenant.absence(index);
    const media = version === undefined ? [] : this.#world.details.media(index, version);
    return {
      id: this.#world.tenant.idOf(index),
      status: this.#world.details.status(absence),
      updatedTime: iso(version?.updated ?? 0),
      visible: absence === undefined,
      available: absence === 'deleted' ? 'not-found' : this.#world.refusals.interaction(index),
      media: media.map((medium) => ({
        id: medium.id,
        bytes: medium.bytes,
        available: this.#world.refusals.medium(medium),
        ...(hashes ? { sha256: this.#world.bodies.sha256(medium) } : {}),
      })),
      marked: this.#mark(index),
      locked: this.#world.refusals.locked(index),
    };
  }

  #mark(index: number): string | undefined {
    const [markerField = ''] = this.#world.settings.markerFields;
    return this.#world.tenant.version(index)?.fields?.[markerField];
  }

  #countMedia(
    index: number,
    sum: { total: number; given: number; denied: number; notFound: number; bytes: number },
  ) {
    const version = this.#world.tenant.version(index);
    for (const medium of version === undefined ? [] : this.#world.details.media(index, version)) {
      const available = this.#world.refusals.medium(medium);
      sum.total += 1;
      sum[countedAs(available)] += 1;
      if (available === true) sum.bytes += medium.bytes;
    }
  }
}

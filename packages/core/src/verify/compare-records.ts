import type { Catalog } from '../catalog/catalog.ts';
import type { RecordPlace } from '../catalog/rows.ts';
import { DamageFound } from './damage-found.ts';
import { mediaText, recordFacts } from './record-lines.ts';
import type { RecordFacts } from './record-lines.ts';

interface IndexRecord {
  readonly interaction_id: string;
  readonly sha256: string;
}

/** Compares a segment's index with the records that entries place in it. Throws `DamageFound` (`index`). */
export function compareIndex(catalog: Catalog, segment: string, records: readonly IndexRecord[]): void {
  const inIndex = new Set(records.map(nameOf));
  const inJournal = new Map(
    [...catalog.recordsIn(segment)].map((place) => [nameOf(place), place.interaction_id]),
  );
  const lacking = [...inJournal].filter(([name]) => !inIndex.has(name)).map(([, id]) => id);
  if (lacking.length > 0) {
    throw new DamageFound(
      'index',
      `${lacking.length} record(s) of the journal are not in the segment`,
      lacking,
    );
  }
  const extra = records.filter((record) => !inJournal.has(nameOf(record)));
  if (extra.length > 0) {
    throw new DamageFound('index', `${extra.length} record(s) of the segment are not in the journal`, []);
  }
}

/** Compares the records of a segment, as they stream by, with the journal. */
export class RecordComparison {
  readonly #catalog: Catalog;
  readonly #places: Map<string, RecordPlace[]>;
  readonly #wrong: string[] = [];
  #unreadable = 0;
  #count = 0;

  constructor(catalog: Catalog, segment: string) {
    this.#catalog = catalog;
    this.#places = Map.groupBy(catalog.recordsIn(segment), (place) => place.interaction_id);
  }

  /** Takes the line of one record. */
  record(line: Uint8Array): void {
    this.#compare(recordFacts(line));
  }

  /** How many records were compared. Throws `DamageFound` when one of them is not what the journal says. */
  end(): number {
    if (this.#unreadable > 0) {
      throw new DamageFound('content', `${this.#unreadable} line(s) are not the JSON of a record`);
    }
    if (this.#wrong.length > 0) {
      const detail = `${this.#wrong.length} record(s) differ from the journal in update time or media`;
      throw new DamageFound('content', detail, this.#wrong);
    }
    return this.#count;
  }

  #compare(facts: RecordFacts | undefined): void {
    this.#count += 1;
    if (!facts) {
      this.#unreadable += 1;
      return;
    }
    const agrees =
      this.#places.get(facts.interaction_id)?.some((place) => this.#agrees(place, facts)) ?? false;
    if (!agrees) this.#wrong.push(facts.interaction_id);
  }

  #agrees(place: RecordPlace, facts: RecordFacts): boolean {
    if (!sameTime(place.updated_time, facts.updated_time)) return false;
    const version = this.#catalog
      .versionsSince(place.interaction_id, '')
      .find((candidate) => candidate.id === place.version);
    return version !== undefined && mediaText(version.media) === facts.media;
  }
}

/** A record may write the same time in another way than the journal, as the source did. */
function sameTime(one: string, other: string): boolean {
  return one === other || Date.parse(one) === Date.parse(other);
}

/** A record is the one that the journal means when its id and its SHA-256 are. */
function nameOf(record: IndexRecord): string {
  return `${record.sha256} ${record.interaction_id}`;
}

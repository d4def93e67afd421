import { bisect } from './bisect.ts';
import { SortedRows, before } from './sorted-rows.ts';

/**
 * The visible rows, newest first. Rows that still have their first update time stand in the base order, which is
 * computed; only rows that have moved, and the places they left, are kept. Any page is found without walking to it.
 */
export class ListOrder {
  readonly #baseCount: number;
  readonly #baseTime: (index: number) => number;
  /** Base rows that are not in their base place; ordered by index (their time is not used). */
  readonly #gaps = new SortedRows();
  readonly #moved = new SortedRows();

  /** @param baseTime the first update time of a base row; must not grow with the index */
  constructor(baseCount: number, baseTime: (index: number) => number) {
    this.#baseCount = baseCount;
    this.#baseTime = baseTime;
  }

  /** How many rows are visible. */
  get size(): number {
    return this.#baseCount - this.#gaps.size + this.#moved.size;
  }

  /** Shows a row at this time. Base rows are there from the start. */
  place(index: number, time: number): void {
    if (this.#isBase(index, time)) this.#gaps.delete(0, index);
    else this.#moved.add(time, index);
  }

  /** Takes away the row that stands at this time. */
  remove(index: number, time: number): void {
    if (this.#isBase(index, time)) this.#gaps.add(0, index);
    else this.#moved.delete(time, index);
  }

  /** The indexes of the rows from this rank on. */
  page(offset: number, count: number): number[] {
    const found: number[] = [];
    const end = Math.min(this.size, offset + count);
    let kept = this.#keptBefore(offset);
    for (let rank = offset; rank < end; rank += 1) {
      const base = this.#keptAt(kept);
      const moved = this.#moved.at(rank - kept);
      if (base !== undefined && (moved === undefined || this.#baseFirst(base, moved))) {
        found.push(base);
        kept += 1;
      } else if (moved !== undefined) found.push(moved.index);
    }
    return found;
  }

  #isBase(index: number, time: number): boolean {
    return index < this.#baseCount && this.#baseTime(index) === time;
  }

  #baseFirst(base: number, moved: { readonly time: number; readonly index: number }): boolean {
    return before(this.#baseTime(base), base, moved.time, moved.index);
  }

  /** How many of the first `rank` rows stand in their base place. */
  #keptBefore(rank: number): number {
    const least = Math.max(0, rank - this.#moved.size);
    const most = Math.min(rank, this.#baseCount - this.#gaps.size);
    return bisect(least, most, (kept) => {
      const base = this.#keptAt(kept);
      const moved = this.#moved.at(rank - kept - 1);
      return base === undefined || moved === undefined || this.#baseFirst(base, moved);
    });
  }

  /** The base row of this rank among those in their base place: gaps are counted by bisection. */
  #keptAt(rank: number): number | undefined {
    const gaps = bisect(0, this.#gaps.size, (n) => {
      const gap = this.#gaps.at(n);
      return gap !== undefined && gap.index - n <= rank;
    });
    const index = rank + gaps;
    return rank >= 0 && index < this.#baseCount ? index : undefined;
  }
}

const day = 86_400_000; // milliseconds

/** "You can only run 30 days of data at a time" (NICE's help on report templates); the API's own limit is not told. */
const longest = 30 * day;
const shortest = 60_000;

/** A stretch of time, in milliseconds since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Cuts a long time into periods: longer ones where little happens, shorter ones where the API refuses. */
export class Periods {
  readonly #to: number;
  #from: number;
  #length = day;
  #most = longest;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  /** The period to ask for; undefined at the end. */
  get current(): Period | undefined {
    if (this.#from >= this.#to) return undefined;
    return { from: this.#from, to: Math.min(this.#from + this.#length, this.#to) };
  }

  /** The current period gave so many rows of `many`: on to the next one. */
  done(rows: number, many: number): void {
    this.#from = this.current?.to ?? this.#to;
    if (rows < many / 4) this.#length = Math.min(this.#length * 2, this.#most);
    else if (rows > many * 10) this.#length = Math.max(this.#length / 2, shortest);
  }

  /** The current period was refused as too long; false when it can be no shorter. */
  halve(): boolean {
    const { current } = this;
    const length = Math.floor(((current?.to ?? 0) - (current?.from ?? 0)) / 2);
    if (length < shortest) return false;
    this.#most = length;
    this.#length = length;
    return true;
  }
}

/** A server that remembers when requests reached it, and says how many came in the worst period. */
export class CountingServer {
  readonly arrivals: number[] = [];

  arrive(at: number): void {
    this.arrivals.push(at);
  }

  /** The most arrivals in any half-open period of `perMs`. */
  busiest(perMs: number): number {
    const times = this.arrivals.toSorted((a, b) => a - b);
    let most = 0;
    let first = 0;
    for (const [last, time] of times.entries()) {
      while (time - (times[first] ?? time) >= perMs) first += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** The shortest time between two arrivals. */
  closest(): number {
    const times = this.arrivals.toSorted((a, b) => a - b);
    return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  }
}

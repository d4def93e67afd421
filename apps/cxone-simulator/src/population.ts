import { hash32, pick, unit } from './hash.ts';
import type { Settings } from './settings.ts';
import { streams } from './streams.ts';

export interface Participant {
  readonly id: string;
  readonly type: 'agent' | 'customer';
  readonly address: string;
  readonly state: string;
}

const kinds = ['voice', 'voice', 'voice', 'chat', 'email'] as const;
const names = [
  'ana',
  'bo',
  'chen',
  'dara',
  'eli',
  'fatou',
  'gül',
  'hiro',
  'ines',
  'jörg',
  'katya',
  'lou',
] as const;
const minute = 60_000; // ms

/** What is true of interaction `index` before anything happens to it: pure functions of seed and index. */
export class Population {
  readonly seed: number;
  /** How many interactions there are from the start. Index 0 is the newest of them. */
  readonly baseCount: number;
  readonly #newest: number;
  readonly #spacing: number;
  readonly #resolution: number;

  /** @param start the tenant's time at the start, in milliseconds since 1970 */
  constructor(settings: Settings['population'], seed: number, start: number) {
    this.seed = seed;
    this.baseCount = settings.interactions;
    const { newestTime, newestAgeMs } = settings;
    this.#newest = newestTime === undefined ? start - newestAgeMs : Date.parse(newestTime);
    this.#spacing = settings.spanMs / Math.max(1, settings.interactions);
    this.#resolution = settings.timeResolutionMs;
  }

  /** A time as the tenant writes it: cut to its resolution. */
  rounded(time: number): number {
    return Math.floor(time / this.#resolution) * this.#resolution;
  }

  /** The first update time of a base row; never grows with the index. */
  readonly baseTime = (index: number): number => {
    const age = (index + unit(this.seed, streams.updated, index)) * this.#spacing;
    return this.rounded(this.#newest - age);
  };

  /** How long an interaction lasted, in milliseconds. */
  duration(index: number): number {
    return minute + (hash32(this.seed, streams.duration, index) % (45 * minute));
  }

  kind(index: number): string {
    return pick(kinds, hash32(this.seed, streams.kind, index));
  }

  participants(index: number): Participant[] {
    const h = hash32(this.seed, streams.participant, index);
    const name = pick(names, h >>> 8);
    const agent = `agent-${String(h % 500)}`;
    const phone = `+1555${String(1_000_000 + (h % 9_000_000))}`;
    const mail = `${name}.${String(h % 10_000)}@example.com`;
    return [
      { id: agent, type: 'agent', address: `${agent}@tenant.example`, state: 'disconnected' },
      {
        id: `customer-${h.toString(16)}`,
        type: 'customer',
        address: this.kind(index) === 'voice' ? phone : mail,
        state: 'disconnected',
      },
    ];
  }
}

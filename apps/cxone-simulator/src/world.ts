import { TenantClock } from './clock.ts';
import { FaultDice } from './fault-dice.ts';
import { faultSchema } from './fault-settings.ts';
import type { Faults } from './fault-settings.ts';
import { guid, seedNumber } from './hash.ts';
import { MediaBodies } from './media-body.ts';
import type { Movement } from './movement.ts';
import { Population } from './population.ts';
import type { Settings } from './settings.ts';
import { UrlSigner } from './signed-url.ts';
import type { StatsKeeper } from './stats.ts';
import { streams } from './streams.ts';
import type { Teller } from './truth.ts';

/** Everything behind the routes of one simulated tenant; a profile adds its rows, its login and its truth. */
export abstract class World {
  readonly settings: Settings;
  readonly seed: number;
  readonly tenantId: string;
  readonly clock: TenantClock;
  /** The tenant's time when it began, in milliseconds since 1970. */
  readonly start: number;
  readonly population: Population;
  readonly bodies: MediaBodies;
  readonly dice: FaultDice;
  readonly signer: UrlSigner;
  /** Where the two servers listen; set as soon as they do. */
  origins = { api: '', media: '' };
  #faults: Faults;

  abstract readonly movement: Movement;
  abstract readonly stats: StatsKeeper;
  abstract readonly tokens: { readonly revokeAll: () => void };
  abstract readonly truth: Teller;

  /** @param real milliseconds since 1970 of the clock that drives the tenant's */
  constructor(settings: Settings, real: () => number) {
    this.settings = settings;
    this.seed = seedNumber(settings.seed);
    this.tenantId = settings.login.tenantId ?? guid(this.seed, streams.token);
    this.clock = new TenantClock(real, clockOffset(settings, real()));
    this.start = this.clock.now();
    this.population = new Population(settings.population, this.seed, this.start);
    this.bodies = new MediaBodies(this.seed);
    this.#faults = settings.faults;
    this.dice = new FaultDice(this.seed, () => this.#faults);
    this.signer = new UrlSigner(settings.seed);
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Replaces all faults; those that are not named are off. Throws a ZodError on a wrong setting. */
  configure(faults: unknown): void {
    this.#faults = faultSchema.parse(faults);
  }

  /** Lets everything happen that is due by now. */
  catchUp(): this {
    this.movement.catchUp();
    return this;
  }

  /** Lets the tenant's time pass. Throws a RangeError on a time that is not forward. */
  advance(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.catchUp();
  }
}

/** How far the tenant is ahead of the clock that drives it. */
function clockOffset(settings: Settings, real: number): number {
  const { startTime, clockOffsetMs } = settings.population;
  return clockOffsetMs + (startTime === undefined ? 0 : Date.parse(startTime) - real);
}

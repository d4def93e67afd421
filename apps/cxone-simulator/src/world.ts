import { TenantClock } from './clock.ts';
import { Details } from './details.ts';
import { FaultDice } from './fault-dice.ts';
import { faultSchema } from './fault-settings.ts';
import type { Faults } from './fault-settings.ts';
import { guid, seedNumber } from './hash.ts';
import { interactionId } from './interaction-id.ts';
import { MediaBodies } from './media-body.ts';
import { MediaPlan } from './media-plan.ts';
import { Movement } from './movement.ts';
import { Population } from './population.ts';
import { Refusals } from './refusals.ts';
import type { Settings } from './settings.ts';
import { UrlSigner } from './signed-url.ts';
import { StatsKeeper } from './stats.ts';
import { streams } from './streams.ts';
import { Tenant } from './tenant.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { TruthTeller } from './truth.ts';

/** Everything behind the routes of one simulated tenant. */
export class World {
  readonly settings: Settings;
  readonly seed: number;
  readonly clock: TenantClock;
  readonly tenant: Tenant;
  readonly movement: Movement;
  readonly plan: MediaPlan;
  readonly bodies: MediaBodies;
  readonly details: Details;
  readonly refusals: Refusals;
  readonly dice: FaultDice;
  readonly stats = new StatsKeeper();
  readonly tokens: TokenEndpoint;
  readonly signer: UrlSigner;
  readonly truth: TruthTeller;
  /** Where the two servers listen; set as soon as they do. */
  origins = { api: '', media: '' };
  #faults: Faults;

  /** @param real milliseconds since 1970 of the clock that drives the tenant's */
  constructor(settings: Settings, real: () => number) {
    this.settings = settings;
    this.seed = seedNumber(settings.seed);
    this.#faults = settings.faults;
    this.clock = new TenantClock(real, clockOffset(settings, real()));
    const start = this.clock.now();
    const population = new Population(settings.population, this.seed, start);
    this.plan = new MediaPlan(population, settings.media);
    this.bodies = new MediaBodies(this.seed);
    this.tenant = new Tenant(population, this.clock, settings.stale, (index) => this.plan.count(index));
    this.movement = new Movement(this.tenant, settings.movement, start);
    this.details = new Details(this.tenant, this.plan);
    this.refusals = new Refusals(
      this.seed,
      () => this.#faults,
      (index) => interactionId(this.seed, index),
    );
    this.dice = new FaultDice(this.seed, () => this.#faults);
    const tenantId = settings.login.tenantId ?? guid(this.seed, streams.token);
    this.tokens = new TokenEndpoint(settings.login, settings.seed, tenantId, this.clock);
    this.signer = new UrlSigner(settings.seed);
    const [markerField = ''] = settings.markerFields;
    const { tenant, details, refusals, bodies } = this;
    this.truth = new TruthTeller({ tenant, details, refusals, bodies, markerField, tenantId });
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Replaces all faults; those that are not named are off. Throws a ZodError on a wrong setting. */
  configure(faults: unknown): void {
    this.#faults = faultSchema.parse(faults);
  }
}

/** How far the tenant is ahead of the clock that drives it. */
export function clockOffset(settings: Settings, real: number): number {
  const { startTime, clockOffsetMs } = settings.population;
  return clockOffsetMs + (startTime === undefined ? 0 : Date.parse(startTime) - real);
}

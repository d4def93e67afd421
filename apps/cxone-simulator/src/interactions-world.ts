import { Details } from './details.ts';
import { MediaPlan } from './media-plan.ts';
import { Movement } from './movement.ts';
import { Refusals } from './refusals.ts';
import type { Settings } from './settings.ts';
import { StatsKeeper } from './stats.ts';
import { Tenant } from './tenant.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { TruthTeller } from './truth.ts';
import { World } from './world.ts';

/** The world of the profile `interactions`. */
export class InteractionsWorld extends World {
  readonly tenant: Tenant;
  readonly movement: Movement;
  readonly plan: MediaPlan;
  readonly details: Details;
  readonly refusals: Refusals;
  readonly stats: StatsKeeper;
  readonly tokens: TokenEndpoint;
  readonly truth: TruthTeller;

  /** @param real milliseconds since 1970 of the clock that drives the tenant's */
  constructor(settings: Settings, real: () => number) {
    super(settings, real);
    const idOf = (index: number) => this.tenant.idOf(index);
    this.plan = new MediaPlan(this.population, settings.media);
    this.tenant = new Tenant(this.population, this.clock, settings.stale, (index) => this.plan.count(index));
    this.movement = new Movement(this.tenant, settings.movement, this.start);
    this.details = new Details(this.tenant, this.plan);
    this.refusals = new Refusals(this.seed, () => this.faults, idOf);
    this.stats = new StatsKeeper(idOf);
    this.tokens = new TokenEndpoint(settings.login, settings.seed, this.tenantId, this.clock);
    this.truth = new TruthTeller(this);
  }
}

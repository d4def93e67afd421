import { refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { ApiRoutes } from './api-routes.ts';
import type { TenantClock } from './clock.ts';
import { ControlRoutes } from './control-routes.ts';
import type { FaultDice } from './fault-dice.ts';
import type { Family, Faults, TransientKind } from './fault-settings.ts';
import { MediaRoutes } from './media-routes.ts';
import { decode } from './request-body.ts';
import type { Settings } from './settings.ts';
import type { Call, Match, Refuse, Site } from './site.ts';
import type { StatsKeeper } from './stats.ts';
import type { World } from './world.ts';

const routes: readonly { family: Family; method: string; pattern: RegExp }[] = [
  { family: 'detail', method: 'GET', pattern: /^\/api\/v2\/interactions\/([^/]+)$/ },
  { family: 'mark', method: 'PATCH', pattern: /^\/api\/v2\/interactions\/([^/]+)\/custom-fields$/ },
  { family: 'query', method: 'POST', pattern: /^\/api\/v2\/interactions\/query$/ },
  { family: 'media', method: 'GET', pattern: /^\/media\/([^/]+)$/ },
  { family: 'token', method: 'POST', pattern: /^\/auth\/token$/ },
  { family: 'token', method: 'GET', pattern: /^\/\.well-known\/openid-configuration$/ },
];

/** The profile `interactions`. */
export class InteractionsSite implements Site {
  readonly #world: World;
  readonly #api: ApiRoutes;
  readonly #media: MediaRoutes;
  readonly #control: ControlRoutes;

  constructor(world: World) {
    this.#world = world;
    this.#api = new ApiRoutes(world);
    this.#media = new MediaRoutes(world, this.#api);
    this.#control = new ControlRoutes(world);
  }

  get seed(): number {
    return this.#world.seed;
  }

  get clock(): TenantClock {
    return this.#world.clock;
  }

  get dice(): FaultDice {
    return this.#world.dice;
  }

  get stats(): StatsKeeper {
    return this.#world.stats;
  }

  get faults(): Faults {
    return this.#world.faults;
  }

  get settings(): Settings {
    return this.#world.settings;
  }

  get origins(): Site['origins'] {
    return this.#world.origins;
  }

  set origins(origins: Site['origins']) {
    this.#world.origins = origins;
  }

  find(method: string, path: string): Match | undefined {
    const route = routes.find((one) => one.method === method && one.pattern.test(path));
    if (route === undefined) return undefined;
    const { family, pattern } = route;
    return { family, capability: family, id: decode(pattern.exec(path)?.[1] ?? ''), resource: path };
  }

  arrive(): undefined {
    return undefined;
  }

  ended(): void {
    return undefined;
  }

  answer(call: Call, fault: TransientKind | undefined): Answer {
    const { tokens, origins } = this.#world;
    switch (call.family) {
      case 'query':
        return this.#api.query(call, fault === 'expiredCursor');
      case 'detail':
        return this.#api.detail(call, call.id);
      case 'mark':
        return this.#api.mark(call, call.id);
      case 'media':
        return this.#media.medium(call, call.id, call.url, call.onMediaHost);
      case 'token':
        return call.method === 'GET'
          ? tokens.discovery(origins.api)
          : tokens.grant(new URLSearchParams(call.body), call.authorization, origins.api);
      case 'playback':
      case 'digital':
        return refusal(404, 'NO_ROUTE', 'there is nothing here');
    }
  }

  refuse(): Refuse {
    return refusal;
  }

  control(method: string, path: string, query: URLSearchParams, body: string): Answer {
    return this.#control.answer(method, path, query, body);
  }

  configure(faults: unknown): void {
    this.#world.configure(faults);
  }

  catchUp(): void {
    this.#world.movement.catchUp();
  }
}

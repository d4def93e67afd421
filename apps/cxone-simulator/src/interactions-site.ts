import { refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { ApiRoutes } from './api-routes.ts';
import { ControlRoutes } from './control-routes.ts';
import type { TransientKind } from './fault-settings.ts';
import { interactionsControl } from './interactions-control.ts';
import type { InteractionsWorld } from './interactions-world.ts';
import { MediaRoutes } from './media-routes.ts';
import { decode } from './request-body.ts';
import { matchRoute } from './route.ts';
import type { Route } from './route.ts';
import type { Call, Match, Refuse, Site } from './site.ts';

const routes: readonly Route[] = [
  { family: 'detail', method: 'GET', pattern: /^\/api\/v2\/interactions\/(?<id>[^/]+)$/ },
  { family: 'mark', method: 'PATCH', pattern: /^\/api\/v2\/interactions\/(?<id>[^/]+)\/custom-fields$/ },
  { family: 'query', method: 'POST', pattern: /^\/api\/v2\/interactions\/query$/ },
  { family: 'media', method: 'GET', pattern: /^\/media\/(?<id>[^/]+)$/ },
  { family: 'token', method: 'POST', pattern: /^\/auth\/token$/ },
  { family: 'token', method: 'GET', pattern: /^\/\.well-known\/openid-configuration$/ },
];

/** The profile `interactions`. */
export class InteractionsSite implements Site {
  readonly world: InteractionsWorld;
  readonly control: ControlRoutes;
  readonly #api: ApiRoutes;
  readonly #media: MediaRoutes;

  constructor(world: InteractionsWorld) {
    this.world = world;
    this.control = new ControlRoutes(world, interactionsControl(world));
    this.#api = new ApiRoutes(world);
    this.#media = new MediaRoutes(world, this.#api);
  }

  find(method: string, path: string): Match | undefined {
    const match = matchRoute(routes, method, path);
    if (match === undefined) return undefined;
    const { family } = match.route;
    return { family, capability: family, id: decode(match.groups['id'] ?? ''), resource: path };
  }

  answer(call: Call, fault: TransientKind | undefined): Answer {
    const { tokens, origins } = this.world;
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
}

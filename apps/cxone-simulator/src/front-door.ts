import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { ApiRoutes } from './api-routes.ts';
import { ControlRoutes } from './control-routes.ts';
import { faultAnswer, throttled } from './fault-answers.ts';
import type { Family, TransientKind } from './fault-settings.ts';
import { hash32 } from './hash.ts';
import { MediaRoutes } from './media-routes.ts';
import { readBody } from './request-body.ts';
import { send } from './send.ts';
import type { Breakage } from './send.ts';
import { streams } from './streams.ts';
import type { World } from './world.ts';

const routes: readonly { family: Family; method: string; pattern: RegExp }[] = [
  { family: 'detail', method: 'GET', pattern: /^\/api\/v2\/interactions\/([^/]+)$/ },
  { family: 'mark', method: 'PATCH', pattern: /^\/api\/v2\/interactions\/([^/]+)\/custom-fields$/ },
  { family: 'query', method: 'POST', pattern: /^\/api\/v2\/interactions\/query$/ },
  { family: 'media', method: 'GET', pattern: /^\/media\/([^/]+)$/ },
  { family: 'token', method: 'POST', pattern: /^\/auth\/token$/ },
  { family: 'token', method: 'GET', pattern: /^\/\.well-known\/openid-configuration$/ },
];

const breakages: Readonly<Record<string, Breakage>> = { resetBody: 'reset', cutBody: 'cut' };

interface Call {
  readonly family: Family;
  readonly method: string;
  readonly url: string;
  readonly id: string;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly onMediaHost: boolean;
}

/** Takes every request: counts it, lets faults hit it, and hands it to its route. */
export class FrontDoor {
  readonly #world: World;
  readonly #api: ApiRoutes;
  readonly #media: MediaRoutes;
  readonly #control: ControlRoutes;
  readonly #waits = new Set<NodeJS.Timeout>();
  #requests = 0;
  #dateSecond = 0;
  #date = '';

  constructor(world: World) {
    this.#world = world;
    this.#api = new ApiRoutes(world);
    this.#media = new MediaRoutes(world, this.#api);
    this.#control = new ControlRoutes(world);
  }

  /** Answers one request, on the API's port or the media host's. */
  async handle(request: IncomingMessage, response: ServerResponse, onMediaHost: boolean): Promise<void> {
    const arrived = performance.now();
    this.#head(response);
    const { method = 'GET', url = '/' } = request;
    const [path = '/', query = ''] = url.split('?', 2);
    const body = await readBody(request);
    if (body === undefined) return send(response, refusal(413, 'BODY_TOO_LARGE', 'the body is too large'));
    this.#world.movement.catchUp();
    if (path.startsWith('/__') && !onMediaHost) {
      return send(response, this.#control.answer(method, path, new URLSearchParams(query), body));
    }
    const route = routes.find((one) => one.method === method && one.pattern.test(path));
    if (route === undefined || (onMediaHost && route.family !== 'media')) {
      return send(response, refusal(404, 'NO_ROUTE', 'there is nothing here'));
    }
    const { family } = route;
    const id = decode(route.pattern.exec(path)?.[1] ?? '');
    const { authorization } = request.headers;
    return this.#serve(response, { family, method, url, id, body, authorization, onMediaHost }, arrived);
  }

  /** Forgets the answers that are still being held back. */
  close(): void {
    for (const wait of this.#waits) clearTimeout(wait);
  }

  async #serve(response: ServerResponse, call: Call, arrived: number): Promise<void> {
    const { stats, dice, faults, settings, seed, clock } = this.#world;
    const { family } = call;
    const { number, inLastSecond } = stats.arrived(family, arrived);
    if (call.onMediaHost && call.authorization !== undefined) stats.bearerLeaks += 1;
    const limit = settings.limits[family];
    if (limit !== undefined && inLastSecond > limit) {
      stats.injected('limit');
      stats.answered(family, 429);
      return send(response, throttled('seconds', 1, clock.now()));
    }
    const fault = dice.draw(family, number, `${call.method} ${call.url.split('?', 1)[0] ?? ''} ${call.body}`);
    if (fault !== undefined && fault !== 'expiredCursor') stats.injected(fault);
    if (fault === 'hang') return;
    if (fault === 'resetBefore') {
      stats.answered(family, 'none');
      response.socket?.resetAndDestroy();
      return;
    }
    if (fault === 'slow') await this.#wait(faults.slow?.milliseconds ?? 0);
    const answer = faultAnswer(fault, faults, { seed, number, now: clock.now() }) ?? this.#route(call, fault);
    stats.answered(family, answer.status);
    await send(response, answer, breakages[fault ?? 'none']);
  }

  #route(call: Call, fault: TransientKind | undefined): Answer {
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
    }
  }

  /** Every answer says who asked for it and what the tenant's time is. */
  #head(response: ServerResponse): void {
    this.#requests += 1;
    const { seed, clock } = this.#world;
    const now = Math.floor(clock.now() / 1000);
    if (now !== this.#dateSecond) {
      this.#dateSecond = now;
      this.#date = new Date(now * 1000).toUTCString();
    }
    response.sendDate = false;
    response.setHeader('date', this.#date);
    const tail = hash32(seed, streams.requestId, this.#requests).toString(16).padStart(8, '0');
    response.setHeader('x-request-id', `sim-${String(this.#requests)}-${tail}`);
  }

  async #wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wait = setTimeout(() => {
        this.#waits.delete(wait);
        resolve();
      }, milliseconds);
      this.#waits.add(wait);
    });
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

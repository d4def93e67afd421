import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from './answer.ts';
import { faultAnswer, throttled } from './fault-answers.ts';
import { hash32 } from './hash.ts';
import { readBody } from './request-body.ts';
import { send } from './send.ts';
import type { Breakage } from './send.ts';
import type { Call, Site } from './site.ts';
import { streams } from './streams.ts';

const breakages: Readonly<Record<string, Breakage>> = { resetBody: 'reset', cutBody: 'cut' };

/** Takes every request: counts it, lets faults hit it, and hands it to its route. */
export class FrontDoor {
  readonly #site: Site;
  readonly #waits = new Set<NodeJS.Timeout>();
  #requests = 0;
  #dateSecond = 0;
  #date = '';

  constructor(site: Site) {
    this.#site = site;
  }

  /** Answers one request, on the API's port or the media host's. */
  async handle(request: IncomingMessage, response: ServerResponse, onMediaHost: boolean): Promise<void> {
    const arrived = performance.now();
    this.#head(response);
    const { method = 'GET', url = '/' } = request;
    const [path = '/', search = ''] = url.split('?', 2);
    const body = await readBody(request);
    if (body === undefined) {
      await send(response, refusal(413, 'BODY_TOO_LARGE', 'the body is too large'));
      return;
    }
    this.#site.world.catchUp();
    const query = new URLSearchParams(search);
    if (path.startsWith('/__') && !onMediaHost) {
      await send(response, this.#site.control.answer(method, path, query, body));
      return;
    }
    const match = this.#site.find(method, path, query);
    if (match === undefined || (onMediaHost && match.family !== 'media')) {
      await send(response, refusal(404, 'NO_ROUTE', 'there is nothing here'));
      return;
    }
    const { authorization, accept } = request.headers;
    await this.#serve(
      response,
      { ...match, method, url, query, body, authorization, accept, onMediaHost },
      arrived,
    );
  }

  /** Forgets the answers that are still being held back. */
  close(): void {
    for (const wait of this.#waits) clearTimeout(wait);
  }

  async #serve(response: ServerResponse, call: Call, arrived: number): Promise<void> {
    const { stats, dice, faults, settings, seed, clock } = this.#site.world;
    const { family } = call;
    const { number, inLastSecond } = stats.arrived(family, arrived);
    if (call.onMediaHost && call.authorization !== undefined) stats.bearerLeaks += 1;
    const refuse = this.#site.refuse(call);
    const limit = settings.limits[family];
    const early =
      this.#site.arrive?.(call) ??
      (limit !== undefined && inLastSecond > limit
        ? throttled('seconds', 1, clock.now(), refuse)
        : undefined);
    if (early !== undefined) {
      stats.injected('limit');
      stats.answered(family, early.status);
      const whole = await send(response, early);
      this.#site.ended?.(call, early.status, whole);
      return;
    }
    const fault = dice.draw(family, number, `${call.method} ${call.resource} ${call.body}`);
    if (fault !== undefined && fault !== 'expiredCursor') stats.injected(fault);
    if (fault === 'hang') return;
    if (fault === 'resetBefore') {
      stats.answered(family, 'none');
      this.#site.ended?.(call, 'none', false);
      response.socket?.resetAndDestroy();
      return;
    }
    if (fault === 'slow') await this.#wait(faults.slow?.milliseconds ?? 0);
    const answer =
      faultAnswer(fault, faults, { seed, number, now: clock.now() }, refuse) ??
      this.#site.answer(call, fault);
    stats.answered(family, answer.status);
    const whole = await send(response, answer, breakages[fault ?? 'none']);
    this.#site.ended?.(call, answer.status, whole && fault !== 'html200');
  }

  /** Every answer says who asked for it and what the tenant's time is. */
  #head(response: ServerResponse): void {
    this.#requests += 1;
    const { seed, clock } = this.#site.world;
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

import type { z } from 'zod';
import { json } from './answer.ts';
import type { Answer } from './answer.ts';
import { iso } from './clock.ts';
import {
  addBody,
  clockBody,
  done,
  editBody,
  hideBody,
  jsonLines,
  runAction,
  showBody,
} from './control-actions.ts';
import type { Action } from './control-actions.ts';
import { interactionId, interactionIndex } from './interaction-id.ts';
import type { World } from './world.ts';

/** The endpoints under `/__`: a test looks behind the tenant's curtain, and makes things happen. */
export class ControlRoutes {
  readonly #world: World;
  readonly #actions: Readonly<Record<string, Action>> = {
    'GET /__truth': (_, query) => this.#truth(query),
    'GET /__stats': (_, query) => this.#stats(query),
    'DELETE /__stats': () =>
      done(() => {
        this.#world.stats.reset();
      }),
    'POST /__faults': (body) =>
      done(() => {
        this.#world.configure(body);
      }),
    'POST /__revoke': () =>
      done(() => {
        this.#world.tokens.revokeAll();
      }),
    'POST /__clock': (body) => this.#clock(clockBody.parse(body)),
    'POST /__add': (body) => this.#add(addBody.parse(body)),
    'POST /__edit': (body) => this.#edit(editBody.parse(body)),
    'POST /__hide': (body) => this.#hide(hideBody.parse(body)),
    'POST /__show': (body) => this.#show(showBody.parse(body)),
  };

  constructor(world: World) {
    this.#world = world;
  }

  answer(method: string, path: string, query: URLSearchParams, body: string): Answer {
    return runAction(this.#actions[`${method} ${path}`], `${method} ${path}`, query, body);
  }

  #truth(query: URLSearchParams): Answer {
    const { truth } = this.#world;
    if (!query.has('full')) return json(200, truth.summary());
    const rows = truth.rows({ hashes: query.has('hashes'), hidden: query.has('hidden') });
    return jsonLines(rows);
  }

  #stats(query: URLSearchParams): Answer {
    const { stats, seed } = this.#world;
    const snapshot = stats.snapshot();
    if (!query.has('details')) return json(200, snapshot);
    const byId = [...stats.details()].map(([index, count]) => [interactionId(seed, index), count] as const);
    return json(200, { ...snapshot, details: Object.fromEntries(byId) });
  }

  #clock({ advanceMs }: z.output<typeof clockBody>): Answer {
    const { clock, movement } = this.#world;
    clock.advance(advanceMs);
    movement.catchUp();
    return json(200, { now: iso(clock.now()) });
  }

  #add({ count, agoMs, visibleInMs }: z.output<typeof addBody>): Answer {
    const { clock, movement, seed } = this.#world;
    const now = clock.now();
    const ids = Array.from({ length: count }, () => {
      const index = movement.arrive(now - agoMs, agoMs + visibleInMs, now);
      return interactionId(seed, index);
    });
    return json(201, { ids });
  }

  #edit({ id, change }: z.output<typeof editBody>): Answer {
    const index = this.#index(id);
    this.#world.tenant.edit(index, change, this.#now());
    return this.#rowOf(index);
  }

  #hide({ id, as }: z.output<typeof hideBody>): Answer {
    const index = this.#index(id);
    this.#world.tenant.hide(index, as);
    return this.#rowOf(index);
  }

  #show({ id, touch }: z.output<typeof showBody>): Answer {
    const index = this.#index(id);
    this.#world.tenant.show(index, touch ? this.#now() : undefined);
    return this.#rowOf(index);
  }

  #rowOf(index: number): Answer {
    return json(200, this.#world.details.row(index));
  }

  /** Now, as the tenant writes it. */
  #now(): number {
    return this.#world.tenant.population.rounded(this.#world.clock.now());
  }

  #index(id: string): number {
    const index = interactionIndex(this.#world.seed, id);
    if (index === undefined || this.#world.tenant.version(index) === undefined) {
      throw new RangeError(`there is no interaction ${id}`);
    }
    return index;
  }
}

import { json } from './answer.ts';
import type { Answer } from './answer.ts';
import { iso } from './clock.ts';
import { clockBody, done, hideBody, jsonLines, runAction, showBody } from './control-actions.ts';
import type { Action, Addition } from './control-actions.ts';
import type { MovingTenant } from './movement.ts';
import type { World } from './world.ts';

/** Does something to the row of this number; `now` is the tenant's time. */
type Act = (index: number, now: number) => void;

/** What of the endpoints under `/__` is a profile's own. */
export interface ControlProfile {
  readonly rows: MovingTenant;
  /** What a row is called where there is none. */
  readonly noun: string;
  /** What `/__edit`, `/__hide` and `/__show` answer of a row. */
  readonly shown: (index: number) => object;
  /** Reads the body of `/__add`; `prepare` runs before each row that comes. Throws a ZodError. */
  readonly addition: (body: unknown) => Addition & { readonly prepare?: () => void };
  /** Reads the body of `/__edit`. Throws a ZodError. */
  readonly edit: (body: unknown) => { readonly id: string; readonly act: Act };
}

/** The endpoints under `/__`: a test looks behind the tenant's curtain, and makes things happen. */
export class ControlRoutes {
  readonly #world: World;
  readonly #profile: ControlProfile;
  readonly #actions: Readonly<Record<string, Action>> = {
    'GET /__truth': (_, query) => this.#truth(query),
    'GET /__stats': (_, query) => json(200, this.#world.stats.snapshot(query.has('details'))),
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
    'POST /__clock': (body) => {
      this.#world.advance(clockBody.parse(body).advanceMs);
      return json(200, { now: iso(this.#world.clock.now()) });
    },
    'POST /__add': (body) => this.#add(this.#profile.addition(body)),
    'POST /__edit': (body) => {
      const { id, act } = this.#profile.edit(body);
      return this.#act(id, act);
    },
    'POST /__hide': (body) => {
      const { id, as } = hideBody.parse(body);
      return this.#act(id, (index) => {
        this.#profile.rows.hide(index, as);
      });
    },
    'POST /__show': (body) => {
      const { id, touch } = showBody.parse(body);
      return this.#act(id, (index, now) => {
        this.#profile.rows.show(index, touch ? now : undefined);
      });
    },
  };

  constructor(world: World, profile: ControlProfile) {
    this.#world = world;
    this.#profile = profile;
  }

  answer(method: string, path: string, query: URLSearchParams, body: string): Answer {
    return runAction(this.#actions[`${method} ${path}`], `${method} ${path}`, query, body);
  }

  #truth(query: URLSearchParams): Answer {
    const { truth } = this.#world;
    if (!query.has('full')) return json(200, truth.summary());
    const [hashes, values, hidden] = ['hashes', 'values', 'hidden'].map((name) => query.has(name));
    return jsonLines(truth.rows({ hashes, values, hidden }));
  }

  #add({ count, agoMs, visibleInMs, prepare }: ReturnType<ControlProfile['addition']>): Answer {
    const { clock, movement } = this.#world;
    const now = clock.now();
    const ids = Array.from({ length: count }, () => {
      prepare?.();
      return this.#profile.rows.idOf(movement.arrive(now - agoMs, agoMs + visibleInMs, now));
    });
    return json(201, { ids });
  }

  #act(id: string, act: Act): Answer {
    const { rows, noun, shown } = this.#profile;
    const index = rows.indexOf(id);
    if (index === undefined) throw new RangeError(`there is no ${noun} ${id}`);
    act(index, this.#world.clock.now());
    return json(200, shown(index));
  }
}

import { z } from 'zod';
import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { iso } from '../clock.ts';
import {
  addBody,
  clockBody,
  done,
  editKinds,
  hideBody,
  jsonLines,
  runAction,
  showBody,
  which,
} from '../control-actions.ts';
import type { Action } from '../control-actions.ts';
import { masterId } from './contact-row.ts';
import { platformStats } from './platform-stats.ts';
import type { PlatformTruthTeller } from './platform-truth.ts';
import type { PlatformWorld } from './platform-world.ts';
import { shapeSchema } from './settings.ts';

const platformAdd = addBody.extend({ shape: shapeSchema.default({}) });
const platformEdit = which.extend({ change: z.enum([...editKinds, 'logged']).default('note') });

/** The endpoints under `/__` in the profile `platform`: the same ones, over master contacts. */
export class PlatformControl {
  readonly #world: PlatformWorld;
  readonly #truth: PlatformTruthTeller;
  readonly #actions: Readonly<Record<string, Action>> = {
    'GET /__truth': (_, query) => this.#tell(query),
    'GET /__stats': (_, query) => json(200, platformStats(this.#world, query.has('details'))),
    'DELETE /__stats': () =>
      done(() => {
        this.#world.stats.reset();
        this.#world.watch.reset();
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
    'POST /__add': (body) => this.#add(platformAdd.parse(body)),
    'POST /__edit': (body) => {
      const { id, change } = platformEdit.parse(body);
      return this.#act(id, (index, now) => this.#world.contacts.edit(index, change, now));
    },
    'POST /__hide': (body) => {
      const { id, as } = hideBody.parse(body);
      return this.#act(id, (index) => this.#world.contacts.hide(index, as));
    },
    'POST /__show': (body) => {
      const { id, touch } = showBody.parse(body);
      return this.#act(id, (index, now) => this.#world.contacts.show(index, touch ? now : undefined));
    },
  };

  constructor(world: PlatformWorld, truth: PlatformTruthTeller) {
    this.#world = world;
    this.#truth = truth;
  }

  answer(method: string, path: string, query: URLSearchParams, body: string): Answer {
    return runAction(this.#actions[`${method} ${path}`], `${method} ${path}`, query, body);
  }

  #tell(query: URLSearchParams): Answer {
    if (!query.has('full')) return json(200, this.#truth.summary());
    const [hashes, values, hidden] = ['hashes', 'values', 'hidden'].map((name) => query.has(name));
    return jsonLines(this.#truth.rows({ hashes, values, hidden }));
  }

  #clock({ advanceMs }: z.output<typeof clockBody>): Answer {
    const { clock, movement } = this.#world;
    clock.advance(advanceMs);
    movement.catchUp();
    return json(200, { now: iso(clock.now()) });
  }

  #add({ count, agoMs, visibleInMs, shape }: z.output<typeof platformAdd>): Answer {
    const { clock, movement, contacts } = this.#world;
    const now = clock.now();
    const ids = Array.from({ length: count }, () => {
      contacts.shapes.order(contacts.total, shape);
      const index = movement.arrive(now - agoMs, agoMs + visibleInMs, now);
      return String(masterId(contacts, index));
    });
    return json(201, { ids });
  }

  #act(id: string, act: (index: number, now: number) => void): Answer {
    const { contacts, clock } = this.#world;
    const index = contacts.indexOf(id);
    if (index === undefined) throw new RangeError(`there is no contact ${id}`);
    act(index, clock.now());
    return json(200, { id: String(masterId(contacts, index)) });
  }
}

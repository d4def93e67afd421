import type { Answer } from './answer.ts';
import type { ControlRoutes } from './control-routes.ts';
import type { Family, TransientKind } from './fault-settings.ts';
import type { World } from './world.ts';

/** Where a request goes. */
export interface Match {
  readonly family: Family;
  /** What is asked for, within its family: `playback`, `hierarchy`, … */
  readonly capability: string;
  /** Of what, decoded. */
  readonly id: string;
  /** What is asked for and of what: requests for the same thing have the same. */
  readonly resource: string;
}

/** A request on its way to its route. */
export interface Call extends Match {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly onMediaHost: boolean;
}

/** Makes an error in the shape of the API that is asked. */
export type Refuse = (
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
) => Answer;

/** What stands behind the front door: one profile's routes, and the world that they show. */
export interface Site {
  readonly world: World;
  /** The endpoints under `/__`. */
  readonly control: ControlRoutes;
  find(method: string, path: string, query: URLSearchParams): Match | undefined;
  /** Counts a call before anything else happens to it; an answer ends it there. */
  arrive?(call: Call): Answer | undefined;
  /** @param fault the one that hits this call, if it changes what the route says */
  answer(call: Call, fault: TransientKind | undefined): Answer;
  /** How a call ended: with which status, and whether the whole answer went out. */
  ended?(call: Call, status: number | 'none', whole: boolean): void;
  /** Errors that faults put in the place of this call's answer. */
  refuse(call: Call): Refuse;
}

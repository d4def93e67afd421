import type { Answer } from './answer.ts';
import type { TenantClock } from './clock.ts';
import type { FaultDice } from './fault-dice.ts';
import type { Family, Faults, TransientKind } from './fault-settings.ts';
import type { Settings } from './settings.ts';
import type { StatsKeeper } from './stats.ts';

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

/** What stands behind the front door: one profile's tenant. */
export interface Site {
  readonly seed: number;
  readonly clock: TenantClock;
  readonly dice: FaultDice;
  readonly stats: StatsKeeper;
  readonly faults: Faults;
  readonly settings: Settings;
  /** Where its servers listen; set as soon as they do. */
  origins: { api: string; media: string };
  find(method: string, path: string, query: URLSearchParams): Match | undefined;
  /** Counts a call before anything else happens to it; an answer ends it there. */
  arrive(call: Call): Answer | undefined;
  answer(call: Call, fault: TransientKind | undefined): Answer;
  /** How a call ended: with which status, and whether the whole answer went out. */
  ended(call: Call, status: number | 'none', whole: boolean): void;
  /** Errors that faults put in the place of this call's answer. */
  refuse(call: Call): Refuse;
  control(method: string, path: string, query: URLSearchParams, body: string): Answer;
  /** Replaces all faults. Throws a ZodError on a wrong setting. */
  configure(faults: unknown): void;
  /** Lets everything happen that is due by now. */
  catchUp(): void;
}

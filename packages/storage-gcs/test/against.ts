import type { ServerResponse } from 'node:http';

import type { ObjectStore } from '@cxvault/plugin-api';

import { openGcs } from '../src/factory.ts';
import type { Tuning } from '../src/gcs-calls.ts';
import { sayError, SmallGcs } from './small-gcs.ts';
import type { Kind, Misbehaviour, SmallGcsOptions } from './small-gcs.ts';

export interface Against {
  readonly store: ObjectStore;
  readonly server: SmallGcs;
  readonly stop: () => Promise<void>;
}

/** Limits for tests in which nothing comes, so that nothing can be late. */
export const impatient: Partial<Tuning> = { answerMs: 300, pieceMs: 300, idleMs: 300 };

const patient: Partial<Tuning> = { answerMs: 10_000, pieceMs: 10_000, idleMs: 10_000, retryMs: 1 };

/** A store at a server of our own, which does what Google does but for `options`. */
export async function against(
  options: SmallGcsOptions = {},
  tuning: Partial<Tuning> = {},
  parameters = '',
): Promise<Against> {
  const server = new SmallGcs(options);
  const env = { STORAGE_EMULATOR_HOST: await server.start() };
  const url = new URL(`gs://archives/prefix?${parameters}`);
  const store = await openGcs(url, { env }, { ...patient, ...tuning });
  return {
    store,
    server,
    stop: async () => {
      await store.close();
      await server.stop();
    },
  };
}

/** Fails requests of one kind, all of them or the first few. */
export function failing(kind: Kind, fail: Misbehaviour, times = Infinity): Misbehaviour {
  let failed = 0;
  return (request, response) => {
    if (request.kind !== kind || failed >= times) return undefined;
    failed += 1;
    return fail(request, response);
  };
}

export const reset: Misbehaviour = (_request, response) => {
  response.destroy();
  return 'done';
};

export const hang: Misbehaviour = () => 'done';

/** Does what it was asked to, and the answer is lost. */
export const lose: Misbehaviour = () => 'lose';

export function saying(status: number, reason: string, message?: string): Misbehaviour {
  return (_request, response) => sayError(response, status, reason, message);
}

export function answering(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): (request: unknown, response: ServerResponse) => 'done' {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
    return 'done';
  };
}

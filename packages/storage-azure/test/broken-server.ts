import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ObjectStore } from '@cxvault/plugin-api';

import type { Tuning } from '../src/azure-calls.ts';
import { openAzure } from '../src/factory.ts';

export interface Received {
  /** Method, path and query as they came. */
  readonly line: string;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** What the server does with a request; undefined: what Azure would do. */
export type Misbehaviour = (request: Received, response: ServerResponse) => 'done' | undefined;

export interface BrokenServer {
  readonly store: ObjectStore;
  readonly received: Received[];
  /** Requests of one kind, such as `PutBlock`. */
  readonly count: (kind: string) => number;
  readonly stop: () => Promise<void>;
}

/** Limits for tests in which nothing comes, so that nothing can be late. */
export const impatient: Partial<Tuning> = { answerMs: 300, blockMs: 300, idleMs: 300 };

const patient: Partial<Tuning> = { answerMs: 10_000, blockMs: 10_000, idleMs: 10_000, retryMs: 1 };

/** A store at a server that takes every write and says yes to everything, but for what `misbehave` does. */
export async function brokenServer(
  misbehave: Misbehaviour,
  parameters = '',
  tuning: Partial<Tuning> = {},
): Promise<BrokenServer> {
  const received: Received[] = [];
  const server = createServer((message, response) => {
    void answer(message, response, received, misbehave);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const endpoint = encodeURIComponent(`http://127.0.0.1:${address.port}/account`);
  const url = new URL(`az://container/prefix?account=account&endpoint=${endpoint}&${parameters}`);
  const env = { AZURE_STORAGE_SAS_TOKEN: 'sv=2026-01-01&sig=top-secret' };
  const store = await openAzure(url, { env }, { ...patient, ...tuning });
  return {
    store,
    received,
    count: (kind) => received.filter((request) => kindOf(request) === kind).length,
    stop: async () => {
      await store.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The operation of Blob Storage's REST API. */
export function kindOf({ method, query }: Received): string {
  if (query.get('comp') === 'list') return 'ListBlobs';
  if (query.get('restype') === 'container') return 'GetContainer';
  if (query.get('comp') === 'block') return 'PutBlock';
  if (query.get('comp') === 'blocklist') return method === 'PUT' ? 'PutBlockList' : 'GetBlockList';
  return { PUT: 'PutBlob', GET: 'GetBlob', HEAD: 'HeadBlob', DELETE: 'DeleteBlob' }[method] ?? method;
}

/** An error answer of Azure; one to HEAD has its code in a header only. */
export function sayError(response: ServerResponse, status: number, code: string): 'done' {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code });
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`;
  response.end(response.req.method === 'HEAD' ? '' : body);
  return 'done';
}

/** An answer without an error. */
export function say(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body = '',
): 'done' {
  response.writeHead(status, { etag: '"0x1"', 'last-modified': new Date().toUTCString(), ...headers });
  response.end(body);
  return 'done';
}

/** Fails requests of one kind, all of them or the first few. */
export function failing(kind: string, fail: Misbehaviour, times = Infinity): Misbehaviour {
  let failed = 0;
  return (request, response) => {
    if (kindOf(request) !== kind || failed >= times) return undefined;
    failed += 1;
    return fail(request, response);
  };
}

/** An error answer, whatever the request. */
export const saying =
  (status: number, code: string): Misbehaviour =>
  (_, response) =>
    sayError(response, status, code);

/** The connection breaks. */
export const reset: Misbehaviour = (_request, response) => {
  response.destroy();
  return 'done';
};

/** No answer comes. */
export const hang: Misbehaviour = () => 'done';

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  received: Received[],
  misbehave: Misbehaviour,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://server');
  const method = message.method ?? '';
  const line = `${method} ${message.url ?? ''}`;
  const request = { line, method, query: url.searchParams, headers: message.headers };
  received.push(request);
  if (misbehave(request, response) === 'done') return;
  // The whole body is taken before the answer, as Azure does.
  await Array.fromAsync(message).catch(() => {});
  behave(request, response);
}

function behave(request: Received, response: ServerResponse): void {
  const kind = kindOf(request);
  const statuses: Record<string, number> = {
    PutBlob: 201,
    PutBlock: 201,
    PutBlockList: 201,
    DeleteBlob: 202,
  };
  const bodies: Record<string, string> = {
    ListBlobs: '<EnumerationResults><Blobs></Blobs><NextMarker/></EnumerationResults>',
    GetBlockList: '<BlockList><CommittedBlocks></CommittedBlocks></BlockList>',
  };
  const scope = request.headers['x-ms-encryption-scope'];
  const headers: Record<string, string> = { 'content-type': 'application/xml' };
  if (typeof scope === 'string') headers['x-ms-encryption-scope'] = scope;
  say(response, statuses[kind] ?? 200, headers, bodies[kind]);
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ObjectStore } from '@cxvault/plugin-api';

import { openS3 } from '../src/factory.ts';
import type { Tuning } from '../src/s3-calls.ts';

export interface Received {
  /** Method, path and query as they came. */
  readonly line: string;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** What the server does with a request; undefined: what S3 would do. */
export type Misbehaviour = (request: Received, response: ServerResponse) => 'done' | undefined;

export interface BrokenServer {
  readonly store: ObjectStore;
  readonly received: Received[];
  /** Requests of one kind, such as `UploadPart`. */
  readonly count: (kind: string) => number;
  readonly stop: () => Promise<void>;
}

/** Limits for tests in which nothing comes, so that nothing can be late. */
export const impatient: Partial<Tuning> = { idleMs: 300, answerMs: 300 };

const patient: Partial<Tuning> = { idleMs: 10_000, answerMs: 10_000, abortWaitMs: 1 };

/**
 * A store at a server that takes every write and says yes to everything, but for what `misbehave` does. The
 * store's probe before its first write counts as `Probe`.
 */
export async function brokenServer(
  misbehave: Misbehaviour,
  parameters = 'sse=none',
  tuning: Partial<Tuning> = {},
): Promise<BrokenServer> {
  const received: Received[] = [];
  const server = createServer((message, response) => {
    void answer(message, response, received, misbehave);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const endpoint = encodeURIComponent(`http://127.0.0.1:${address.port}`);
  const url = new URL(`s3://bucket/prefix?endpoint=${endpoint}&${parameters}`);
  const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  const store = await openS3(url, env, { ...patient, ...tuning });
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

/** The S3 operation of a request. */
export function kindOf({ method, query, line }: Received): string {
  if (line.includes('/locks/probe-')) return 'Probe';
  if (/^HEAD \/bucket\/?(\?|$)/.test(line)) return 'HeadBucket';
  if (query.has('uploads')) return 'CreateMultipartUpload';
  if (query.has('uploadId')) {
    return (
      { PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method] ?? method
    );
  }
  if (query.has('list-type')) return 'ListObjects';
  return { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
}

/** An S3 error answer. */
export function sayError(response: ServerResponse, status: number, code: string): 'done' {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`);
  return 'done';
}

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
  // The whole body is taken before the answer, as S3 does.
  await Array.fromAsync(message).catch(() => {});
  behave(request, response);
}

function behave(request: Received, response: ServerResponse): void {
  const probedTwice = kindOf(request) === 'Probe' && request.headers['if-none-match'] === '*';
  if (probedTwice) {
    sayError(response, 412, 'PreconditionFailed');
    return;
  }
  const bodies: Record<string, string> = {
    CreateMultipartUpload:
      '<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>',
    CompleteMultipartUpload:
      '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
    ListObjects: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>',
  };
  const sse = request.headers['x-amz-server-side-encryption'];
  const status = request.method === 'DELETE' ? 204 : 200;
  response.writeHead(status, {
    etag: '"e"',
    ...(sse !== undefined && { 'x-amz-server-side-encryption': sse }),
  });
  response.end(request.method === 'HEAD' ? '' : (bodies[kindOf(request)] ?? ''));
}

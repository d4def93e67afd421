import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import { CRC32C } from '@google-cloud/storage';

/** A request as it came, its body as far as it did. */
export interface Received {
  readonly kind: Kind;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Kind =
  'GetBucket' | 'List' | 'Insert' | 'Begin' | 'Send' | 'Ask' | 'Cancel' | 'Get' | 'Stat' | 'Delete';

/**
 * What the server does instead of what Google would do: `done`, it has answered (or never will); `lose`, it does what
 * it was asked to and then breaks the connection.
 */
export type Misbehaviour = (request: Received, response: ServerResponse) => 'done' | 'lose' | undefined;

export interface SmallGcsOptions {
  readonly misbehave?: Misbehaviour;
  readonly bucket?: Readonly<Record<string, unknown>>;
  /** How many bytes of a piece it keeps at most; Google keeps what it likes, too. */
  readonly takes?: number;
  /** Whether it refuses bytes that are not of the checksum that came with them. */
  readonly checks?: boolean;
}

interface Version {
  readonly name: string;
  readonly bytes: Buffer;
  readonly crc32c: string;
  readonly generation: number;
  readonly timeCreated: string;
  readonly kmsKeyName: string | undefined;
  readonly contentType: unknown;
  readonly retention: { readonly mode: string; readonly retainUntilTime: string } | undefined;
  live: boolean;
}

interface Session {
  readonly name: string;
  readonly query: URLSearchParams;
  readonly resource: Resource;
  bytes: Buffer;
  stored: Version | undefined;
}

type Resource = Partial<Pick<Version, 'contentType' | 'retention' | 'crc32c'>>;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/**
 * A server of our own that does with a request what Google's documents say (JSON API v1, "Perform resumable uploads",
 * "Object Retention Lock"), and on demand something else. It has one bucket, `archives`.
 */
export class SmallGcs {
  readonly received: Received[] = [];
  readonly versions: Version[] = [];
  readonly sessions = new Map<string, Session>();
  readonly #options: SmallGcsOptions;
  readonly #server = createServer((message, response) => {
    this.#serve(message, response).catch((error: unknown) =>
      sayError(response, 500, 'internalError', String(error)),
    );
  });
  /** What the addresses of uploads begin with: that of a proxy, where there is one before the server. */
  publicEndpoint: string | undefined;
  #generation = 1_700_000_000_000_000;

  constructor(options: SmallGcsOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.endpoint;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  count(kind: Kind): number {
    return this.received.filter((request) => request.kind === kind).length;
  }

  /** The live object, if there is one. */
  live(name: string): Version | undefined {
    return this.versions.find((version) => version.live && version.name === name);
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', this.endpoint);
    const method = message.method ?? '';
    const kind = kindOf(method, url, message.headers);
    const body = Buffer.concat(await Array.fromAsync<Buffer>(message).catch(() => []));
    if (!message.complete) return;
    const request = { kind, method, url, headers: message.headers, body };
    this.received.push(request);
    const instead = this.#options.misbehave?.(request, response);
    if (instead === 'done') return;
    const answer = this.#answer(request);
    if (instead === 'lose') response.destroy();
    else say(response, answer);
  }

  #answer(request: Received): Answer {
    const { kind, url } = request;
    if (!url.pathname.includes('/b/archives'))
      return failure(404, 'notFound', 'The specified bucket does not exist.');
    if (kind === 'GetBucket') return { status: 200, body: { name: 'archives', ...this.#options.bucket } };
    if (kind === 'List') return this.#list(url.searchParams);
    if (kind === 'Insert') return this.#insert(request);
    if (kind === 'Begin') return this.#begin(request);
    if (kind === 'Send' || kind === 'Ask' || kind === 'Cancel') return this.#resume(request);
    return this.#object(request);
  }

  #list(query: URLSearchParams): Answer {
    const from = query.get('pageToken') ?? query.get('startOffset') ?? '';
    const names = this.versions
      .filter(({ live, name }) => live && name.startsWith(query.get('prefix') ?? ''))
      .map(({ name }) => name)
      .filter((name) => Buffer.compare(Buffer.from(name), Buffer.from(from)) >= 0)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const limit = Number(query.get('maxResults') ?? 1000);
    const items = names.slice(0, limit).map((name) => resourceOf(this.live(name)));
    const nextPageToken = names[limit];
    return {
      status: 200,
      body: { kind: 'storage#objects', ...(items.length > 0 && { items }), nextPageToken },
    };
  }

  #insert({ url, headers, body }: Received): Answer {
    const [, boundary = ''] = /boundary=(\S+)/.exec(headers['content-type'] ?? '') ?? [];
    const [, json = '', rest = ''] = body.toString('latin1').split(`--${boundary}\r\n`);
    const resource = JSON.parse(afterHeader(json)) as Resource;
    const bytes = Buffer.from(afterHeader(rest).slice(0, -`\r\n--${boundary}--\r\n`.length), 'latin1');
    return this.#store(url.searchParams.get('name') ?? '', url.searchParams, resource, bytes);
  }

  #begin({ url, headers, body }: Received): Answer {
    const id = randomUUID();
    const resource = {
      ...(JSON.parse(body.toString()) as Resource),
      contentType: headers['x-upload-content-type'],
    };
    const name = url.searchParams.get('name') ?? '';
    this.sessions.set(id, {
      name,
      query: url.searchParams,
      resource,
      bytes: Buffer.alloc(0),
      stored: undefined,
    });
    const location = `${this.publicEndpoint ?? this.endpoint}/upload/storage/v1/b/archives/o?uploadType=resumable&upload_id=${id}`;
    return { status: 200, headers: { location } };
  }

  #resume({ kind, url, headers, body }: Received): Answer {
    const id = url.searchParams.get('upload_id') ?? '';
    const session = this.sessions.get(id);
    if (session === undefined) return failure(404, 'notFound', 'No such upload');
    if (kind === 'Cancel') {
      if (session.stored !== undefined) return failure(400, 'invalid', 'the upload is finished');
      this.sessions.delete(id);
      return { status: 499 };
    }
    if (session.stored !== undefined) return { status: 200, body: resourceOf(session.stored) };
    const [, start, total = '*'] =
      /^bytes (?:\*|(\d+)-\d+)\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? [];
    if (start !== undefined) {
      if (Number(start) !== session.bytes.length) return failure(400, 'invalid', 'not where the upload is');
      if (total === '*' && body.length % 262_144 !== 0)
        return failure(400, 'invalid', 'not a multiple of 256 KiB');
      session.bytes = Buffer.concat([session.bytes, body.subarray(0, this.#options.takes)]);
    }
    if (total === '*' || session.bytes.length < Number(total)) return incomplete(session.bytes.length);
    const [, crc32c] = /crc32c=(\S+)/.exec(String(headers['x-goog-hash'])) ?? [];
    const answer = this.#store(session.name, session.query, { ...session.resource, crc32c }, session.bytes);
    if (answer.status === 200) session.stored = this.live(session.name);
    else this.sessions.delete(id);
    return answer;
  }

  #store(name: string, query: URLSearchParams, resource: Resource, bytes: Buffer): Answer {
    const crc32c = crc32cOf(bytes);
    const checks = this.#options.checks ?? true;
    if (checks && resource.crc32c !== undefined && resource.crc32c !== crc32c)
      return failure(
        400,
        'invalid',
        `Provided CRC32C "${resource.crc32c}" doesn't match calculated CRC32C "${crc32c}".`,
      );
    const before = this.live(name);
    if (query.get('ifGenerationMatch') === '0' && before !== undefined)
      return failure(
        412,
        'conditionNotMet',
        'At least one of the pre-conditions you specified did not hold.',
      );
    if (resource.retention !== undefined && this.#options.bucket?.['objectRetention'] === undefined)
      return failure(400, 'invalid', 'Object retention is not enabled on the bucket.');
    if (before !== undefined && !this.#keepsVersions() && isLocked(before)) return locked(name);
    if (before !== undefined) this.#retire(before);
    const { contentType, retention } = resource;
    const kmsKeyName = query.get('kmsKeyName') ?? undefined;
    const stored = {
      ...{ name, bytes, crc32c, contentType, retention, generation: (this.#generation += 1), live: true },
      timeCreated: new Date().toISOString(),
      kmsKeyName: kmsKeyName && `${kmsKeyName}/cryptoKeyVersions/1`,
    };
    this.versions.push(stored);
    return { status: 200, body: resourceOf(stored) };
  }

  #object({ kind, url, headers }: Received): Answer {
    const name = decodeURIComponent(url.pathname.split('/o/')[1] ?? '');
    const generation = url.searchParams.get('generation');
    const found = this.versions.find((version) =>
      generation === null ? version.live && version.name === name : String(version.generation) === generation,
    );
    if (found === undefined) return failure(404, 'notFound', `No such object: archives/${name}`);
    if (kind === 'Stat') return { status: 200, body: resourceOf(found) };
    if (kind === 'Get') return contentOf(found, headers.range);
    if (isLocked(found) && (generation !== null || !this.#keepsVersions())) return locked(name);
    if (generation === null) this.#retire(found);
    else this.versions.splice(this.versions.indexOf(found), 1);
    return { status: 204 };
  }

  #keepsVersions(): boolean {
    return this.#options.bucket?.['versioning'] !== undefined;
  }

  #retire(version: Version): void {
    version.live = false;
    if (!this.#keepsVersions()) this.versions.splice(this.versions.indexOf(version), 1);
  }
}

/** An error as the JSON API tells it. */
export function sayError(response: ServerResponse, status: number, reason: string, message = reason): 'done' {
  say(response, failure(status, reason, message));
  return 'done';
}

export function crc32cOf(bytes: Uint8Array): string {
  const crc32c = new CRC32C();
  crc32c.update(Buffer.from(bytes));
  return crc32c.toString();
}

function say(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (body instanceof Buffer)
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
  else
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body === undefined ? '' : JSON.stringify(body));
}

function failure(status: number, reason: string, message: string): Answer {
  return {
    status,
    body: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } },
  };
}

function locked(name: string): Answer {
  return failure(403, 'retentionPolicyNotMet', `Object 'archives/${name}' is subject to object retention.`);
}

function incomplete(received: number): Answer {
  return { status: 308, headers: received === 0 ? {} : { range: `bytes=0-${received - 1}` } };
}

function isLocked({ retention }: Version): boolean {
  return retention !== undefined && Date.parse(retention.retainUntilTime) > Date.now();
}

function contentOf({ bytes }: Version, range: string | undefined): Answer {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, body: bytes };
  if (Number(from) >= bytes.length) return { status: 416, body: Buffer.from('InvalidRange') };
  const last = Math.min(Number(to), bytes.length - 1);
  const headers = { 'content-range': `bytes ${from}-${last}/${bytes.length}` };
  return { status: 206, body: bytes.subarray(Number(from), last + 1), headers };
}

function resourceOf(version: Version | undefined): unknown {
  if (version === undefined) return undefined;
  const { bytes, generation, live, ...rest } = version;
  return {
    kind: 'storage#object',
    ...rest,
    size: String(bytes.length),
    generation: String(generation),
    live,
  };
}

function afterHeader(part: string): string {
  return part.slice(part.indexOf('\r\n\r\n') + 4);
}

function kindOf(method: string, { pathname, searchParams }: URL, headers: IncomingHttpHeaders): Kind {
  if (pathname.startsWith('/upload/')) {
    if (method === 'DELETE') return 'Cancel';
    if (method === 'PUT') return headers['content-range'] === 'bytes */*' ? 'Ask' : 'Send';
    return searchParams.get('uploadType') === 'multipart' ? 'Insert' : 'Begin';
  }
  if (method === 'DELETE') return 'Delete';
  if (pathname.endsWith('/o')) return 'List';
  if (!pathname.includes('/o/')) return 'GetBucket';
  return searchParams.get('alt') === 'media' ? 'Get' : 'Stat';
}

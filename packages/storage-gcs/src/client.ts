import { Readable } from 'node:stream';

import { CRC32C, Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';
import type { GoogleAuth } from 'google-auth-library';

import { inTime, orAborted, readPatiently, Secret } from '@cxvault/plugin-api';

import { readBucket, readPage, readStoredObject } from './gcs-answers.ts';
import type {
  BucketTraits,
  ByteRange,
  Checksum,
  Content,
  GcsCalls,
  Page,
  PageRequest,
  Piece,
  Progress,
  StoredObject,
  Tuning,
  UploadSession,
  WriteRequest,
} from './gcs-calls.ts';
import { answerError, GcsError } from './gcs-errors.ts';
import type { GcsLocation } from './gcs-location.ts';
import { multipartOf, resourceOf } from './gcs-resources.ts';
import { connectionError, loginError } from './sdk-errors.ts';

/**
 * Google's SDK behind {@link GcsCalls}; the only file that names it. Login and checksum are the SDK's; its requests are
 * not, as they can neither be stopped nor be given a time limit (docs/decisions/0017-google-sdk.md).
 */
export function connect({ emulator, bucket }: GcsLocation, tuning: Tuning): GcsCalls {
  // Without a client of its own the SDK looks for a login in the process's environment, and then on the machine.
  const login = emulator === undefined ? {} : { authClient: new PassThroughClient() };
  const { authClient } = new Storage(login);
  return new SdkCalls(authClient, emulator ?? 'https://storage.googleapis.com', bucket, tuning);
}

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

class SdkCalls implements GcsCalls {
  readonly #auth: GoogleAuth;
  readonly #endpoint: string;
  readonly #bucket: string;
  readonly #tuning: Tuning;
  readonly #closed = new AbortController();

  constructor(auth: GoogleAuth, endpoint: string, bucket: string, tuning: Tuning) {
    this.#auth = auth;
    this.#endpoint = endpoint;
    this.#bucket = bucket;
    this.#tuning = tuning;
  }

  async lookAtBucket(): Promise<BucketTraits> {
    const url = this.#url('/storage/v1', '', { fields: 'versioning,objectRetention,retentionPolicy' });
    return readBucket(await this.#ask({ method: 'GET', url }));
  }

  async insert(
    write: WriteRequest,
    body: Uint8Array,
    crc32c: string,
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    const url = this.#uploadUrl(write, 'multipart');
    const request: Request = { method: 'POST', url, ...multipartOf(write, body, crc32c) };
    return readStoredObject(await this.#ask(request, this.#tuning.pieceMs, signal));
  }

  async begin(write: WriteRequest, signal?: AbortSignal): Promise<UploadSession> {
    const request: Request = {
      method: 'POST',
      url: this.#uploadUrl(write, 'resumable'),
      headers: { 'content-type': 'application/json', 'x-upload-content-type': write.contentType },
      body: resourceOf(write, undefined),
    };
    const { status, headers, text } = await this.#exchange(request, this.#tuning.answerMs, signal);
    if (status !== 200) throw answerError(status, text);
    const location = URL.parse(headers.get('location') ?? '');
    if (location === null) throw new GcsError('invalidAnswer', 'the server gave no address to upload to');
    return new Secret(location.href);
  }

  async send(session: UploadSession, { bytes, offset, end }: Piece, signal?: AbortSignal): Promise<Progress> {
    const total = end?.size ?? '*';
    // What the server has already is not sent again just to say that this was all.
    const range = bytes.length === 0 ? '*' : `${offset}-${offset + bytes.length - 1}`;
    const headers = {
      'content-range': `bytes ${range}/${total}`,
      ...(end && { 'x-goog-hash': `crc32c=${end.crc32c}` }),
    };
    return this.#progress({ method: 'PUT', url: new URL(session.reveal()), headers, body: bytes }, signal);
  }

  async ask(session: UploadSession): Promise<Progress> {
    const headers = { 'content-range': 'bytes */*' };
    return this.#progress({ method: 'PUT', url: new URL(session.reveal()), headers, body: '' }, undefined);
  }

  async cancel(session: UploadSession): Promise<void> {
    const request: Request = {
      method: 'DELETE',
      url: new URL(session.reveal()),
      headers: { 'content-length': '0' },
    };
    const { status, text } = await this.#exchange(request, this.#tuning.answerMs, undefined);
    // 499 says that it worked (Cloud Storage: "Perform resumable uploads").
    if (status !== 499 && status !== 204) throw answerError(status, text);
  }

  async getObject(name: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<Content> {
    // Who accepts gzip is given what is stored as it is stored: else Google unpacks what is called so.
    const headers = {
      'accept-encoding': 'gzip',
      ...(range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
    };
    const url = this.#objectUrl(name, { alt: 'media' });
    return this.#within(this.#tuning.answerMs, signal, async (stop) => {
      const response = await this.#fetch<unknown>({ method: 'GET', url, headers }, 'stream', stop);
      const { data: body } = response;
      if (!(body instanceof Readable)) throw new TypeError('the SDK gave a body that is no Node stream');
      // It may break before anybody reads it: who reads then is told, and nobody else.
      body.on('error', () => {});
      if (response.status !== 200 && response.status !== 206)
        throw answerError(response.status, Buffer.concat(await body.toArray()).toString());
      const size = response.headers.get('content-length');
      const late = () => new GcsError('timeout', `no byte came within ${this.#tuning.idleMs} ms`);
      return {
        body: readPatiently(body, this.#tuning.idleMs, late),
        discard: () => void body.destroy(),
        size: size === null ? undefined : Number(size),
        range: response.headers.get('content-range') ?? undefined,
      };
    });
  }

  async statObject(name: string, signal?: AbortSignal): Promise<StoredObject> {
    const url = this.#objectUrl(name, { fields: `${objectFields},kmsKeyName,retention` });
    return readStoredObject(await this.#ask({ method: 'GET', url }, this.#tuning.answerMs, signal));
  }

  async deleteObject(name: string, generation: string | undefined, signal?: AbortSignal): Promise<void> {
    const url = this.#objectUrl(name, generation === undefined ? {} : { generation });
    await this.#ask({ method: 'DELETE', url }, this.#tuning.answerMs, signal);
  }

  async listPage({ prefix, startAt, token, limit }: PageRequest, signal?: AbortSignal): Promise<Page> {
    const url = this.#url('/storage/v1', '/o', {
      prefix,
      maxResults: String(limit),
      fields: `nextPageToken,items(${objectFields})`,
      ...(startAt !== undefined && { startOffset: startAt }),
      ...(token !== undefined && { pageToken: token }),
    });
    return readPage(await this.#ask({ method: 'GET', url }, this.#tuning.answerMs, signal));
  }

  newChecksum(): Checksum {
    const crc32c = new CRC32C();
    return {
      update: ({ buffer, byteOffset, byteLength }) =>
        crc32c.update(Buffer.from(buffer, byteOffset, byteLength)),
      value: () => crc32c.toString(),
    };
  }

  close(): void {
    this.#closed.abort(new Error('the store was closed'));
  }

  async #progress(request: Request, signal: AbortSignal | undefined): Promise<Progress> {
    const { status, headers, text } = await this.#exchange(request, this.#tuning.pieceMs, signal);
    if (status === 200 || status === 201) return { done: readStoredObject(text) };
    if (status === 404 || status === 410)
      throw new GcsError('uploadLost', `the server knows the upload no more (HTTP ${status})`);
    if (status !== 308) throw answerError(status, text);
    const [, last] = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '') ?? [];
    return { received: last === undefined ? 0 : Number(last) + 1 };
  }

  /** The text of an answer that says yes. */
  async #ask(request: Request, ms = this.#tuning.answerMs, signal?: AbortSignal): Promise<string> {
    const { status, text } = await this.#exchange(request, ms, signal);
    if (status < 200 || status > 299) throw answerError(status, text);
    return text;
  }

  async #exchange(request: Request, ms: number, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#within(ms, signal, async (stop) => {
      const { status, headers, data } = await this.#fetch<string>(request, 'text', stop);
      return { status, headers, text: data };
    });
  }

  async #fetch<T>({ body, ...request }: Request, responseType: 'text' | 'stream', stop: AbortSignal) {
    const { client, headers } = await this.#login(request.url, stop);
    for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value);
    try {
      return await client.transporter.request<T>({
        ...asItCame,
        ...request,
        headers,
        data: body,
        responseType,
        signal: stop,
        validateStatus: () => true,
      });
    } catch (error) {
      throw connectionError(error, request.url.host);
    }
  }

  async #login(url: URL, stop: AbortSignal) {
    try {
      const client = await orAborted(this.#auth.getClient(), stop);
      const headers = await orAborted(client.getRequestHeaders(url), stop);
      return { client, headers: new Headers(headers) };
    } catch (error) {
      throw loginError(error);
    }
  }

  /** Ends a call that takes too long, and all of them when the store is closed. */
  async #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    call: (stop: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = () => new GcsError('timeout', `the server did not answer within ${ms} ms`);
    return inTime({ ms, signal, closed: this.#closed.signal, late }, call);
  }

  #uploadUrl({ name, kmsKey, ifAbsent }: WriteRequest, uploadType: 'multipart' | 'resumable'): URL {
    return this.#url('/upload/storage/v1', '/o', {
      uploadType,
      name,
      ...(kmsKey !== undefined && { kmsKeyName: kmsKey }),
      ...(ifAbsent && { ifGenerationMatch: '0' }),
    });
  }

  #objectUrl(name: string, parameters: Readonly<Record<string, string>>): URL {
    return this.#url('/storage/v1', `/o/${encodeURIComponent(name)}`, parameters);
  }

  #url(api: string, path: string, parameters: Readonly<Record<string, string>>): URL {
    const url = new URL(`${this.#endpoint}${api}/b/${this.#bucket}${path}`);
    url.search = new URLSearchParams(parameters).toString();
    return url;
  }
}

const objectFields = 'name,size,timeCreated,generation,crc32c';

/** Neither is a body unpacked, nor a 308 (which says how far an upload has come) taken for a redirection. */
const asItCame = { compress: false, redirect: 'manual' } as const;

import type { JsonValue } from '@cxvault/plugin-api';
import { parseJson } from '../json.ts';
import { bodyText, discardBody, restOf } from './body.ts';
import { errorText } from './error-text.ts';
import type { Answer, AnswerHeaders, Call, Exchange } from './exchange.ts';
import { failureOfResponse, invalidResponse, isTransientStatus, RequestFailure } from './request-failure.ts';
import { retryAfterMs } from './retry-after.ts';
import { retrying } from './retry.ts';
import type { RetrySurroundings } from './retry.ts';

/** A request as the profiles make it. */
export type ApiRequest = Omit<Call, 'headers' | 'body'> & {
  readonly json?: JsonValue;
  /** The content type to ask for, where the method's own will not do. */
  readonly accept?: string;
};

/** The whole stack: retry around redirects, origin guard, bearer, budget and transport. */
export class ApiClient {
  readonly #exchange: Exchange;
  readonly #retry: RetrySurroundings;
  readonly #idleMs: number;

  constructor(exchange: Exchange, retry: RetrySurroundings, idleMs: number) {
    this.#exchange = exchange;
    this.#retry = retry;
    this.#idleMs = idleMs;
  }

  /**
   * Sends, and reads the JSON answer. An answer that `read` throws on is retried like one that is no JSON.
   * Throws `RequestFailure` in the end.
   */
  json<T>(request: ApiRequest, read: (json: JsonValue, headers: AnswerHeaders) => T): Promise<T> {
    return this.#send(request, 'application/json', async (response) =>
      readText(await this.#text(response, request.signal), response, read),
    );
  }

  /** {@link json} of an answer that may be nothing: 204, or a body of no characters, gives undefined. */
  jsonOrNothing<T>(
    request: ApiRequest,
    read: (json: JsonValue, headers: AnswerHeaders, text: string) => T,
  ): Promise<T | undefined> {
    return this.#send(request, 'application/json', async (response) => {
      const text = await this.#text(response, request.signal);
      return response.status === 204 || text.trim() === '' ? undefined : readText(text, response, read);
    });
  }

  /** Sends a request whose answer's body does not matter; an HTML page is no answer of the API's and is retried. */
  async send(request: ApiRequest): Promise<void> {
    await this.#send(request, 'application/json', async (response) => {
      await discardBody(response, { idleMs: this.#idleMs });
      if (/^\s*text\/html/i.test(response.headers.get('content-type') ?? '')) throw invalidResponse(response);
    });
  }

  /** Sends, and gives the response with its body unread; `accept` may throw `RequestFailure` on its headers. */
  open(request: ApiRequest, accept: (response: Answer) => void): Promise<Answer> {
    return this.#send(request, '*/*', async (response) => {
      try {
        accept(response);
      } catch (error) {
        await discardBody(response, { idleMs: this.#idleMs });
        throw error;
      }
      return response;
    });
  }

  /** The idle limit for bodies that {@link open} left unread, in milliseconds. */
  get idleMs(): number {
    return this.#idleMs;
  }

  #text(response: Answer, signal: AbortSignal | undefined): Promise<string> {
    return bodyText(response, { idleMs: this.#idleMs, ...(signal && { signal }) });
  }

  #send<T>(request: ApiRequest, accept: string, take: (response: Answer) => Promise<T>): Promise<T> {
    const call = callOf(request, accept);
    return retrying(this.#retry, call, async () => {
      const response = await this.#exchange(call);
      if (response.status < 200 || response.status > 299) {
        throw this.#failure(response, await restOf(response, { idleMs: this.#idleMs }));
      }
      return take(response);
    });
  }

  #failure(response: Answer, body: string): RequestFailure {
    const wait = retryAfterMs(response.headers, this.#retry.clock.now());
    const detail = errorText(response.headers, body);
    return new RequestFailure(failureOfResponse(response), {
      transient: isTransientStatus(response.status),
      ...(wait !== undefined && { retryAfterMs: wait }),
      ...(detail !== undefined && { detail }),
    });
  }
}

function readText<T>(
  text: string,
  response: Answer,
  read: (json: JsonValue, headers: AnswerHeaders, text: string) => T,
): T {
  try {
    return read(parseJson(text), response.headers, text);
  } catch {
    throw invalidResponse(response); // HTML, half a document, or not what the schema says
  }
}

function callOf({ json, accept, ...request }: ApiRequest, usualAccept: string): Call {
  const headers = {
    accept: accept ?? usualAccept,
    'user-agent': 'cxvault',
    // Lengths are checked, and compression would cost more time than it saves.
    'accept-encoding': 'identity',
    ...(json !== undefined && { 'content-type': 'application/json' }),
  };
  return { ...request, headers, ...(json !== undefined && { body: JSON.stringify(json) }) };
}

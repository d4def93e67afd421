import { ApiClient } from '../src/http/api-client.ts';
import { CallCounter } from '../src/http/call-counts.ts';
import type { Exchange } from '../src/http/exchange.ts';
import { defaultRetryPolicy } from '../src/http/retry.ts';
import { openWire } from '../src/http/transport.ts';
import type { Wire } from '../src/http/transport.ts';
import type { PlatformCalls } from '../src/platform/calls.ts';
import { RecentMessages } from '../src/platform/recent-messages.ts';
import { Rights } from '../src/platform/rights.ts';
import { json, startServer } from './scripted-server.ts';
import type { Answerer, ScriptedServer, SeenRequest } from './scripted-server.ts';
import { TestClock } from './test-clock.ts';

/** The APIs of a tenant under `/acd`, `/` and `/dfo`, with no limits: each test scripts the routes it is about. */
export class PlatformServer implements AsyncDisposable {
  readonly server: ScriptedServer;
  readonly clock = new TestClock();
  readonly rights = new Rights(() => this.clock.monotonic());
  readonly messages = new RecentMessages();
  /** The budget's family of each request, in order. */
  readonly families: string[] = [];
  readonly #routes: Map<string, Answerer>;
  readonly #wire: Wire = openWire({ headersMs: 2000, idleMs: 2000 });

  constructor(server: ScriptedServer, routes: Map<string, Answerer>) {
    this.server = server;
    this.#routes = routes;
  }

  /** Answers one path, query excluded; one answer after the other, the last for good. */
  on(path: string, ...answers: Answerer[]): this {
    let next = 0;
    this.#routes.set(path, (request, response) => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      answer?.(request, response);
    });
    return this;
  }

  /** Requests whose URL begins so. */
  seen(url: string): SeenRequest[] {
    return this.server.seen.filter((request) => request.url.startsWith(url));
  }

  get calls(): PlatformCalls {
    const { origin } = this.server;
    const exchange: Exchange = (call) => {
      this.families.push(call.family);
      const isOwn = call.url.origin === origin && call.leftOrigin !== true;
      const headers = { ...call.headers, ...(isOwn && { authorization: 'Bearer token-1' }) };
      return this.#wire.exchange({ ...call, headers });
    };
    const retry = {
      policy: defaultRetryPolicy,
      clock: this.clock,
      random: () => 0.5,
      counter: new CallCounter(),
      log: () => undefined,
    };
    return {
      client: new ApiClient(exchange, retry, 2000),
      addresses: { acd: new URL(`${origin}/acd`), api: new URL(origin), dfo: new URL(`${origin}/dfo`) },
      rights: this.rights,
      messages: this.messages,
      allowPlainHttp: false,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.close();
    await this.server.close();
  }
}

export async function startPlatform(): Promise<PlatformServer> {
  const routes = new Map<string, Answerer>();
  const server = await startServer((request, response) => {
    const answer = routes.get(decodeURIComponent(request.url.split('?')[0] ?? ''));
    if (answer) answer(request, response);
    else json(response, { error: 'not_found', error_description: 'nothing here' }, 404);
  });
  return new PlatformServer(server, routes);
}

/** An answer without a body. */
export const noContent: Answerer = (_, response) => {
  response.writeHead(204).end();
};

export const playbackPath = '/media-playback/v1/contacts';

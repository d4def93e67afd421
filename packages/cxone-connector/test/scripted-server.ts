import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as a scripted server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answerer = (request: SeenRequest, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that answers as told and remembers what it was asked. */
export async function startServer(answer: Answerer): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with an HTML page, as gateways do when they are in trouble. */
export function html(response: ServerResponse, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>Service</title>');
}

/** Sends headers and half of the body that they announce, then breaks the connection. */
export function cut(
  response: ServerResponse,
  contentType = 'application/json',
  text = '{"id":"a","ty',
): void {
  response.writeHead(200, { 'content-type': contentType, 'content-length': text.length * 2 });
  response.write(text);
  setImmediate(() => response.destroy());
}

/** Breaks the connection before any answer. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { Immutability, lockable } from './immutability.ts';

/** Passes requests on to an emulator, and adds what that lacks: containers whose blobs can be locked one by one. */
export async function addImmutability(target: URL): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const immutability = new Immutability();
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forward = request(new URL(path ?? '/', target), { method, headers }, (answer) => {
      answerWith(immutability, incoming, answer, outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forward.destroy());
    incoming.pipe(forward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerWith(
  immutability: Immutability,
  { method, url = '/', headers }: IncomingMessage,
  answer: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { pathname: path, searchParams } = new URL(url, 'http://server');
  const [comp, restype] = [searchParams.get('comp'), searchParams.get('restype')];
  const status = answer.statusCode ?? 502;
  const written = method === 'PUT' && (comp === null || comp === 'blocklist');
  if (status < 300 && written) immutability.noteWrite(path, headers);
  if (status < 300 && method === 'DELETE') immutability.noteRemoval(path);
  const ofBlob = method === 'HEAD' && status < 300 ? immutability.propertiesOf(path) : {};
  const ofContainer = restype === 'container' && comp === null ? lockable : {};
  outgoing.writeHead(status, { ...answer.headers, ...ofBlob, ...ofContainer });
  answer.pipe(outgoing);
}

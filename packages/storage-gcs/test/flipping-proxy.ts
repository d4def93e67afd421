import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** What the proxy looks for in everything that a client sends, and changes one bit of. */
export const marker = 'a bit of this is going to flip';

/** Passes connections on, and changes a bit on the way to the server: what checksums are there for. */
export async function flipBits(target: URL): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
    client.on('data', (chunk: Buffer) => {
      const at = chunk.indexOf(marker);
      if (at >= 0) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at);
      upstream.write(chunk);
    });
    upstream.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

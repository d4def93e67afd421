import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A bit of this flips wherever it passes. */
export const flippingMark = Buffer.from('a bit of this is going to flip');

/**
 * Passes connections on to a server, and changes a bit of every {@link flippingMark} on the way there: what checksums
 * are for. Listens on 127.0.0.1.
 */
export async function flipBits(target: URL): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
    let before = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      const seen = Buffer.concat([before, chunk]);
      // a copy is kept: what has flipped is the mark no more
      before = Buffer.from(seen.subarray(Math.max(0, seen.length - flippingMark.length + 1)));
      const at = seen.indexOf(flippingMark);
      // the last byte of a mark is never in an earlier chunk
      if (at >= 0) flip(chunk, at + flippingMark.length - 1 - (seen.length - chunk.length));
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

function flip(bytes: Buffer, at: number): void {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
}

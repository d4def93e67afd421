import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** How a body breaks off: `reset` the hard way (RST), `cut` as if all had been sent (FIN). */
export type Breakage = 'reset' | 'cut';

/** Sends an answer. Resolves when it is out, or when the client has gone: with whether all of it was sent. */
export async function send(response: ServerResponse, answer: Answer, breakage?: Breakage): Promise<boolean> {
  const body = Buffer.isBuffer(answer.body)
    ? { size: answer.body.length, pieces: [answer.body] }
    : answer.body;
  const length = body.size === undefined ? {} : { 'content-length': String(body.size) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  if (breakage === undefined) {
    const whole = await writeAll(response, body.pieces);
    response.end();
    return whole;
  }
  const half = Math.floor((body.size ?? 0) / 2);
  await writeAll(response, firstBytes(body.pieces, half));
  await new Promise((resolve) => response.write('', resolve));
  if (breakage === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.destroySoon();
  return false;
}

async function writeAll(response: ServerResponse, pieces: Iterable<Buffer>): Promise<boolean> {
  const gone = new AbortController();
  const leave = () => {
    gone.abort();
  };
  response.once('close', leave);
  for (const piece of pieces) {
    if (response.destroyed || gone.signal.aborted) break;
    if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.off('close', leave);
  return !gone.signal.aborted;
}

function* firstBytes(pieces: Iterable<Buffer>, count: number): Generator<Buffer> {
  let left = count;
  for (const piece of pieces) {
    if (left <= 0) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}

import type { Answer } from '../answer.ts';

const block = 3; // bytes that base64 makes four characters of

/** A file as `/files?fileName=` gives it: base64 within JSON, written piece by piece. */
export function base64Answer(name: string, bytes: number, pieces: Iterable<Buffer>): Answer {
  const head = Buffer.from('{"files":{"file":"');
  const tail = Buffer.from(`","fileName":${JSON.stringify(name)}}}`);
  const size = head.length + Math.ceil(bytes / block) * 4 + tail.length;
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: { size, pieces: written(head, pieces, tail) },
  };
}

function* written(head: Buffer, pieces: Iterable<Buffer>, tail: Buffer): Generator<Buffer> {
  yield head;
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const whole = Buffer.concat([rest, piece]);
    const end = whole.length - (whole.length % block);
    if (end > 0) yield Buffer.from(whole.toString('base64', 0, end), 'latin1');
    rest = Buffer.from(whole.subarray(end));
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
  yield tail;
}

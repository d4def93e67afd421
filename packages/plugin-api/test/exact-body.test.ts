import { describe, expect, it } from '@jest/globals';

import { exactBody, wholeBody } from '../src/index.ts';

async function* body(chunks: readonly number[], end?: Error): AsyncGenerator<Uint8Array> {
  for (const length of chunks) yield new Uint8Array(length);
  if (end !== undefined) throw end;
}

/** Reads to the end, or to the error: the bytes that came, and what was thrown. */
async function read(stream: AsyncIterable<Uint8Array>): Promise<{ bytes: number; error?: unknown }> {
  let bytes = 0;
  try {
    for await (const chunk of stream) bytes += chunk.length;
  } catch (error) {
    return { bytes, error };
  }
  return { bytes };
}

describe('a body to upload', () => {
  it.each([10, undefined])('passes and is counted, expected to have %s bytes', async (size) => {
    const counted: number[] = [];
    const chunks = await Array.fromAsync(
      exactBody(body([4, 0, 6]), { key: 'a', size }, (n) => counted.push(n)),
    );
    expect(chunks.map(({ length }) => length)).toEqual([4, 6]);
    expect(counted).toEqual([10]);
  });

  it.each([
    ['too long', 9, 'the body has more than 9 bytes [key=a]'],
    ['too short', 11, 'the body has 10 bytes, not 11 [key=a]'],
  ])('that is %s ends in an error, uncounted', async (_name, size, message) => {
    const counted: number[] = [];
    const { error } = await read(exactBody(body([4, 6]), { key: 'a', size }, (n) => counted.push(n)));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', message });
    expect(counted).toEqual([]);
  });

  it('gives nothing of the chunk that is too much', async () => {
    expect((await read(exactBody(body([4, 6]), { key: 'a', size: 9 }))).bytes).toBe(4);
  });
});

describe('a downloaded body', () => {
  class BrokenOff extends Error {}

  const brokenOff = (message: string, cause?: unknown) => new BrokenOff(message, { cause });

  it.each([10, undefined])('passes when it is whole, %s bytes promised', async (size) => {
    expect(await read(wholeBody(body([4, 6]), { key: 'a', size }, brokenOff))).toEqual({ bytes: 10 });
  });

  it.each([9, 11])('with other than the promised bytes is broken off: %s', async (size) => {
    const { error } = await read(wholeBody(body([4, 6]), { key: 'a', size }, brokenOff));
    expect(error).toBeInstanceOf(BrokenOff);
    expect(error).toMatchObject({ message: `the server gave 10 of ${size} bytes [key=a]` });
  });

  it('that fails is broken off, with the reason', async () => {
    const cause = new Error('reset');
    const { bytes, error } = await read(wholeBody(body([4], cause), { key: 'a', size: 10 }, brokenOff));
    expect(bytes).toBe(4);
    expect(error).toBeInstanceOf(BrokenOff);
    expect(error).toMatchObject({ cause });
  });

  it("ends with the signal's reason when its reader aborts, whatever the body says of it", async () => {
    for (const end of [undefined, new Error('destroyed')]) {
      const controller = new AbortController();
      const stream = wholeBody(body([4], end), { key: 'a', size: 10 }, brokenOff, controller.signal);
      await stream.next();
      controller.abort(new Error('enough'));
      await expect(stream.next()).rejects.toThrow('enough');
    }
  });

  it('is let go of by a reader that stops early', async () => {
    let closed = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        yield* body([4, 6]);
      } finally {
        closed = true;
      }
    }
    for await (const chunk of wholeBody(watched(), { key: 'a', size: 10 }, brokenOff)) {
      expect(chunk).toHaveLength(4);
      break;
    }
    expect(closed).toBe(true);
  });
});

import { expect, it } from '@jest/globals';

import { blocksOf, orAborted } from '../src/index.ts';

const never = new AbortController().signal;

/** Chunks whose bytes count up, all in one buffer that is used again. */
async function* counting(lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(1000);
  let at = 0;
  for (const length of lengths) {
    for (let n = 0; n < length; n++) buffer[n] = at++ % 256;
    yield buffer.subarray(0, length);
  }
}

async function blocks(lengths: readonly number[], blockBytes: number): Promise<[number[], boolean][]> {
  const found: [number[], boolean][] = [];
  for await (const { bytes, last } of blocksOf(counting(lengths), blockBytes, never))
    found.push([[...bytes], last]);
  return found;
}

it.each([
  { lengths: [], expected: [[[], true]] },
  { lengths: [3], expected: [[[0, 1, 2], true]] },
  { lengths: [4], expected: [[[0, 1, 2, 3], true]] },
  { lengths: [0, 1, 0, 3, 0], expected: [[[0, 1, 2, 3], true]] },
  { lengths: [5], expected: [[[0, 1, 2, 3], false], [[4], true]] }, // prettier-ignore
  { lengths: [2, 7], expected: [[[0, 1, 2, 3], false], [[4, 5, 6, 7], false], [[8], true]] }, // prettier-ignore
  { lengths: [4, 4], expected: [[[0, 1, 2, 3], false], [[4, 5, 6, 7], true]] }, // prettier-ignore
])('cuts $lengths into blocks of 4, and knows the last one', async ({ lengths, expected }) => {
  expect(await blocks(lengths, 4)).toEqual(expected);
});

it('keeps a block as it was while the next one gathers', async () => {
  const kept: Uint8Array[] = [];
  const copies: number[][] = [];
  for await (const { bytes } of blocksOf(counting([100]), 10, never)) {
    const before = kept.at(-1);
    if (before !== undefined) expect([...before]).toEqual(copies.at(-1));
    kept.push(bytes);
    copies.push([...bytes]);
  }
  expect(copies).toHaveLength(10);
});

it('closes a body that is not read to its end', async () => {
  let closed = false;
  async function* body() {
    try {
      yield* counting([100]);
    } finally {
      closed = true;
    }
  }
  for await (const { bytes } of blocksOf(body(), 10, never)) if (bytes.length > 0) break;
  expect(closed).toBe(true);
});

it('passes on what reading the body throws', async () => {
  async function* body() {
    yield* counting([100]);
    throw new Error('the source broke off');
  }
  await expect(Array.fromAsync(blocksOf(body(), 10, never))).rejects.toThrow('the source broke off');
});

it('does not wait for a body that hangs when stopped', async () => {
  const stop = new AbortController();
  async function* body() {
    yield* counting([5]);
    setImmediate(() => stop.abort(new Error('enough')));
    await new Promise(() => {});
  }
  await expect(Array.fromAsync(blocksOf(body(), 10, stop.signal))).rejects.toThrow('enough');
});

it('gives a promise up when the signal comes first, or came before', async () => {
  const hanging = new Promise<never>(() => {});
  const controller = new AbortController();
  const waiting = orAborted(hanging, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(orAborted(hanging, controller.signal)).rejects.toThrow('enough');
  expect(await orAborted(Promise.resolve(7), never)).toBe(7);
  expect(await orAborted(Promise.resolve(7), undefined)).toBe(7);
});

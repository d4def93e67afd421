import { setTimeout as wait } from 'node:timers/promises';
import { PassThrough } from 'node:stream';

import { expect, it } from '@jest/globals';

import { readPatiently } from '../src/index.ts';

const late = () => new Error('late');

it('gives all bytes, however long the reader takes', async () => {
  const stream = new PassThrough();
  stream.write('one');
  stream.end('two');
  const read: string[] = [];
  for await (const chunk of readPatiently(stream, 20, late)) {
    read.push(Buffer.from(chunk).toString());
    await wait(50);
  }
  expect(read.join('')).toBe('onetwo');
});

it('gives up when no byte comes, and destroys the stream', async () => {
  const stream = new PassThrough();
  stream.write('one');
  await expect(Array.fromAsync(readPatiently(stream, 20, late))).rejects.toThrow('late');
  expect(stream.destroyed).toBe(true);
});

it('destroys the stream of a reader who stops early', async () => {
  const stream = new PassThrough();
  stream.write('one');
  for await (const chunk of readPatiently(stream, 1000, late)) if (chunk.length > 0) break;
  expect(stream.destroyed).toBe(true);
});

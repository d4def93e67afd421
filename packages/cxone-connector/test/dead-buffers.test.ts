import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { SourceMedium } from '@cxvault/plugin-api';
import { startTenant } from './tenant.ts';

const mebibyte = 1_048_576;
const piece = Buffer.alloc(mebibyte, 7);
const pieces = 32;

const medium: SourceMedium = {
  mediaId: 'm',
  type: 'recording',
  format: 'wav',
  durationMs: undefined,
  createdTime: undefined,
  url: '/long',
  playbackUrl: '/long',
};

describe('memory', () => {
  it('does not fill with the buffers of bodies that are read side by side', async () => {
    await using tenant = await startTenant();
    tenant.on('/long', (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': pieces * mebibyte });
      Readable.from(Array.from({ length: pieces }, () => piece)).pipe(response);
    });
    const source = await tenant.open();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const read = async (): Promise<number> => {
      const answer = await source.openMedia('a', medium);
      if ('absent' in answer) throw new Error('absent');
      let size = 0;
      for await (const chunk of answer.body) {
        size += chunk.byteLength;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      return size;
    };
    const sizes = await Promise.all(Array.from({ length: 8 }, read));
    expect(sizes).toEqual(Array.from({ length: 8 }, () => pieces * mebibyte));
    expect(most / mebibyte).toBeLessThan(60); // 8 MiB since the last collection, and what is under way
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { openPlatformMedium } from '../src/platform/media.ts';
import { addressText } from '../src/platform/media-address.ts';
import { playbackRefresh } from '../src/platform/playback-refresh.ts';
import { startPlatform } from './platform-server.ts';

const MiB = 1_048_576;
const block = randomBytes((3 * MiB) / 4);
const blocks = 400; // 300 MiB, which is 400 MiB of base64

async function sendFile(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"files":{"file":"');
  const text = block.toString('base64');
  for (let n = 0; n < blocks; n += 1) if (!response.write(text)) await once(response, 'drain');
  response.end('","fileName":"large"}}');
}

describe('a file of 300 MiB', () => {
  it('is decoded without being held', async () => {
    await using tenant = await startPlatform();
    tenant.on('/acd/files', (_, response) => void sendFile(response));
    const { calls } = tenant;
    const nothing = {
      durationMs: undefined,
      format: undefined,
      playbackUrl: undefined,
      createdTime: undefined,
    };
    const url = addressText({ kind: 'file', id: 'large' });
    const medium = { mediaId: 'f', type: 'file', url, ...nothing };
    const inUse = (): number => process.memoryUsage.rss();
    const before = inUse(); // to open it is to begin to read it
    const answered = await openPlatformMedium(calls, '1', medium, playbackRefresh(calls), undefined);
    if ('absent' in answered) throw new Error('absent');
    const hash = createHash('sha256');
    let most = 0;
    let size = 0;
    for await (const chunk of answered.body) {
      hash.update(chunk);
      size += chunk.byteLength;
      most = Math.max(most, inUse() - before);
    }
    const expected = createHash('sha256');
    for (let n = 0; n < blocks; n += 1) expected.update(block);
    expect(size).toBe(300 * MiB);
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
    expect(most).toBeLessThan(128 * MiB);
  }, 60_000);
});

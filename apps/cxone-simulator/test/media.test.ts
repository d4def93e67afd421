import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { MediaBodies } from '../src/media-body.ts';
import { MediaPlan } from '../src/media-plan.ts';
import { Population } from '../src/population.ts';
import { settingsSchema } from '../src/settings.ts';
import { open, stoppedClock } from './simulators.ts';
import { ask } from './visitor.ts';
import type { Visitor } from './visitor.ts';

interface Heard {
  readonly id: string;
  readonly type: unknown;
  readonly durationMs: number;
  readonly url: string;
}

async function allMedia(visitor: Visitor): Promise<Heard[]> {
  const found: Heard[] = [];
  for (const { id } of await visitor.list(100)) {
    for (const medium of (await visitor.detail(id)).media) {
      const url = new URL(medium.playbackUrl, visitor.url).href;
      found.push({ id: medium.id, type: medium['type'], durationMs: medium.durationMs, url });
    }
  }
  return found;
}

/** Reads a WAV file the way a player does: chunk by chunk. */
function readWav(file: Buffer): { rate: number; bits: number; channels: number; samples: Buffer } {
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 12)).toBe('RIFFWAVE');
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  let format: Buffer | undefined;
  for (let at = 12; at < file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const chunk = file.subarray(at + 8, at + 8 + size);
    expect(chunk).toHaveLength(size);
    if (name === 'fmt ') format = chunk;
    if (name === 'data' && format !== undefined) {
      expect(at + 8 + chunk.length).toBe(file.length);
      expect(format.readUInt16LE(0)).toBe(1); // PCM
      const [channels, rate, bits] = [
        format.readUInt16LE(2),
        format.readUInt32LE(4),
        format.readUInt16LE(14),
      ];
      return { rate, bits, channels, samples: chunk };
    }
    at += 8 + chunk.length;
  }
  throw new Error('no data chunk');
}

describe('recordings', () => {
  it('are WAV files that play: right sizes, right duration, a tone', async () => {
    const { visitor } = await open({
      population: { interactions: 6 },
      media: { perInteraction: [1, 2], bytes: [64, 300_001] },
    });
    for (const { url, durationMs } of await allMedia(visitor)) {
      const reply = await ask(url);
      expect(reply.headers).toMatchObject({
        'content-type': 'audio/wav',
        'content-length': String(reply.body.length),
      });
      const { rate, bits, channels, samples } = readWav(reply.body);
      expect([rate, bits, channels]).toEqual([8000, 16, 1]);
      expect(Math.floor(samples.length / 16)).toBe(durationMs);
      const levels = new Int16Array(
        samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.length),
      );
      if (levels.length > 1000) expect(Math.max(...levels.subarray(0, 1000))).toBeGreaterThan(5000);
    }
  });

  it('are all different, in every part, and the same each time', async () => {
    const options = {
      population: { interactions: 2, startTime: '2026-05-01T00:00:00Z' },
      media: { perInteraction: 2, bytes: 5_000_000 },
    };
    const { visitor } = await open(options);
    const digests = new Set<string>();
    let pieces = 0;
    const heard = await allMedia(visitor);
    for (const { url } of heard) {
      const { body } = await ask(url);
      for (let at = 44; at < body.length; at += 1_000_000, pieces += 1) {
        digests.add(
          createHash('sha256')
            .update(body.subarray(at, at + 1_000_000))
            .digest('hex'),
        );
      }
    }
    expect(digests.size).toBe(pieces);
    const again = await open(options);
    const [first, same] = [heard[0], (await allMedia(again.visitor))[0]];
    expect((await ask(same?.url ?? '')).body.equals((await ask(first?.url ?? '')).body)).toBe(true);
  });

  it('have no two equal pieces, not even where the tone begins again', () => {
    const settings = settingsSchema.parse({ media: { bytes: 12_000_000 } });
    const medium = new MediaPlan(new Population(settings.population, 1, 0), settings.media).medium(0, 0);
    const pieces = [...new MediaBodies(1).pieces(medium)].slice(1); // without the header
    const pairs = Array.from({ length: pieces.length / 2 }, (_, n) =>
      Buffer.concat(pieces.slice(2 * n, 2 * n + 2)),
    );
    expect(pairs.length).toBeGreaterThan(40); // the tone begins again after 17
    expect(new Set(pairs.map((pair) => pair.toString('latin1'))).size).toBe(pairs.length);
  });

  it('can be large: 1 GB comes in a stream, with its length, and one giant among small ones', async () => {
    const { simulator } = await open({
      population: { interactions: 2 },
      media: { bytesOf: { '1': 1_000_000_000 } },
    });
    const rows = [...simulator.truthRows()];
    expect(rows[1]?.media[0]?.bytes).toBe(1_000_000_000);
    expect(rows[0]?.media[0]?.bytes).toBeLessThan(100_000);
    expect(simulator.truth().media.bytes).toBeGreaterThan(1_000_000_000);
  });
});

describe('mixed media', () => {
  it('brings transcripts that are JSON, and screens that nothing can compress', async () => {
    const { visitor } = await open({
      population: { interactions: 20 },
      media: { kind: 'mixed', perInteraction: 3, bytes: [100_000, 600_000] },
    });
    const seen = new Set<unknown>();
    for (const { url, type } of await allMedia(visitor)) {
      if (seen.has(type)) continue;
      seen.add(type);
      const { body, headers } = await ask(url);
      expect(headers['content-length']).toBe(String(body.length));
      if (type === 'transcript') expect(JSON.parse(body.toString('utf8'))).toHaveProperty('messages.0.text');
      if (type === 'recording') readWav(body);
      if (type !== 'screen') continue;
      expect(body.toString('latin1', 4, 8)).toBe('ftyp');
      expect(body.readUInt32BE(24)).toBe(body.length - 24); // the mdat box reaches to the end
      expect(gzipSync(body).length).toBeGreaterThan(body.length * 0.99);
    }
    expect(seen).toEqual(new Set(['recording', 'transcript', 'screen']));
  });

  it('can be left out', async () => {
    const { visitor } = await open({ population: { interactions: 5 }, media: { kind: 'none' } });
    expect(await allMedia(visitor)).toEqual([]);
  });
});

describe('media addresses', () => {
  it('expire, and cannot be forged or used for another medium', async () => {
    const clock = stoppedClock();
    const { visitor } = await open({
      population: { interactions: 2 },
      media: { urlSeconds: 60 },
      now: clock.now,
    });
    const [one, two] = await allMedia(visitor);
    const url = one?.url ?? '';
    expect((await ask(url)).status).toBe(200);
    expect((await ask(url.replace(one?.id ?? '', two?.id ?? ''))).status).toBe(403);
    expect((await ask(url.replace(/expires=\d+/, 'expires=99999999999'))).status).toBe(403);
    expect((await ask(url.split('?')[0] ?? '')).status).toBe(403);
    clock.time += 60_000;
    const late = await ask(url);
    expect([late.status, late.json()]).toMatchObject([403, { errorCode: 'URL_EXPIRED' }]);
    expect((await ask((await allMedia(visitor))[0]?.url ?? '')).status).toBe(200);
  });

  it('are relative, absolute or both, as set', async () => {
    const forms = async (url: 'relative' | 'mixed') => {
      const { visitor } = await open({ population: { interactions: 30 }, media: { url } });
      const all = [];
      for (const { id } of await visitor.list(100)) all.push(...(await visitor.detail(id)).media);
      return new Set(all.map(({ playbackUrl }) => playbackUrl.startsWith('/media/')));
    };
    expect(await forms('relative')).toEqual(new Set([true]));
    expect(await forms('mixed')).toEqual(new Set([true, false]));
  });

  it('may lead to another origin, which refuses and counts access tokens', async () => {
    const { visitor, simulator } = await open({
      population: { interactions: 1 },
      media: { origin: 'other' },
    });
    const [medium] = await allMedia(visitor);
    expect(new URL(medium?.url ?? '').origin).not.toBe(visitor.url);
    expect((await ask(medium?.url ?? '')).status).toBe(200);
    expect(simulator.stats().bearerLeaks).toBe(0);
    const headers = { authorization: `Bearer ${visitor.token}` };
    expect((await ask(medium?.url ?? '', { headers })).status).toBe(400);
    expect(simulator.stats().bearerLeaks).toBe(1);
    const api = new URL('/api/v2/interactions/query', medium?.url).href;
    expect((await ask(api, { method: 'POST', headers, body: '{}' })).status).toBe(404);
  });

  it('may be redirected there', async () => {
    const { visitor } = await open({ population: { interactions: 1 }, media: { origin: 'redirect' } });
    const [medium] = await allMedia(visitor);
    const first = await ask(medium?.url ?? '', { headers: { authorization: `Bearer ${visitor.token}` } });
    expect(first.status).toBe(302);
    const { location = '' } = first.headers;
    expect(new URL(location).origin).not.toBe(visitor.url);
    expect((await ask(location)).body.toString('latin1', 0, 4)).toBe('RIFF');
  });

  it('may be unsigned and need the token instead', async () => {
    const { visitor } = await open({ population: { interactions: 1 }, media: { auth: 'bearer' } });
    const [medium] = await allMedia(visitor);
    expect(medium?.url).not.toContain('?');
    expect((await ask(medium?.url ?? '')).status).toBe(401);
    const headers = { authorization: `Bearer ${visitor.token}` };
    expect((await ask(medium?.url ?? '', { headers })).status).toBe(200);
    await expect(open({ media: { auth: 'bearer', origin: 'other' } })).rejects.toThrow('needs origin');
  });
});

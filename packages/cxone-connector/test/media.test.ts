import { inspect } from 'node:util';
import type { InteractionSource, MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { cut, html, json, reset, startServer } from './scripted-server.ts';
import type { Answerer } from './scripted-server.ts';
import { answer, detailPath, startTenant } from './tenant.ts';
import type { TestTenant } from './tenant.ts';

const sound = Buffer.from('RIFF....WAVEfmt the sound of music');
const play: Answerer = (_, response) => {
  response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': sound.length });
  response.end(sound);
};

function medium(url: string | undefined, rest: Partial<SourceMedium> = {}): SourceMedium {
  const playbackUrl = url?.split('?')[0];
  const described = { type: 'recording', format: 'wav', durationMs: 1000, createdTime: undefined };
  return { mediaId: 'm1', url, playbackUrl, ...described, ...rest };
}

async function bytesOf(answered: MediaAnswer): Promise<string> {
  if ('absent' in answered) throw new Error(`absent: ${answered.absent}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answered.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Details of interaction `a` with one medium at the given address. */
const details = (url: string): Answerer => answer({ id: 'a', media: [{ id: 'm1', playbackUrl: url }] });

describe('media', () => {
  it.each([
    ['absolute', (tenant: TestTenant) => `${tenant.server.origin}/media/1?sig=x`],
    ['relative to the root', () => '/media/1?sig=x'],
    ['relative to the base', () => 'media/1?sig=x'],
  ])("come from an %s address on the API's own origin with the bearer", async (_, url) => {
    await using tenant = await startTenant();
    tenant.on('/media/1', play);
    const answered = await (await tenant.open()).openMedia('a', medium(url(tenant)));
    expect(answered).toMatchObject({ contentType: 'audio/wav', size: sound.length });
    expect(await bytesOf(answered)).toBe(sound.toString());
    expect(tenant.seen('/media/1?sig=x')[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('come from another origin without the bearer', async () => {
    await using tenant = await startTenant();
    const cdn = await startServer(play);
    try {
      const answered = await (await tenant.open()).openMedia('a', medium(`${cdn.origin}/x?sig=1`));
      expect(await bytesOf(answered)).toBe(sound.toString());
      expect(cdn.seen[0]?.headers.authorization).toBeUndefined();
      expect(JSON.stringify(cdn.seen)).not.toContain('token-1');
    } finally {
      await cdn.close();
    }
  });

  it.each([301, 302, 303, 307, 308])(
    'follow a %d to another origin without the bearer, and back without it',
    async (status) => {
      await using tenant = await startTenant();
      const cdn = await startServer((_, response) => {
        response.writeHead(status, { location: `${tenant.server.origin}/back` }).end();
      });
      try {
        tenant.on('/media/1', (_, response) =>
          response.writeHead(status, { location: `${cdn.origin}/x` }).end(),
        );
        tenant.on('/back', play);
        const answered = await (await tenant.open()).openMedia('a', medium('/media/1'));
        expect(await bytesOf(answered)).toBe(sound.toString());
        expect(tenant.seen('/media/1')[0]?.headers.authorization).toBe('Bearer token-1');
        expect(cdn.seen[0]?.headers.authorization).toBeUndefined();
        expect(tenant.seen('/back')[0]?.headers.authorization).toBeUndefined();
      } finally {
        await cdn.close();
      }
    },
  );

  it('follow at most five redirects', async () => {
    await using tenant = await startTenant();
    tenant.on('/loop', (_, response) => response.writeHead(302, { location: '/loop' }).end());
    const error = await thrownBy((await tenant.open()).openMedia('a', medium('/loop')));
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { mediaId: 'm1', status: 302 } });
    expect(tenant.seen('/loop')).toHaveLength(6);
  });

  it.each(['http://192.0.2.1/x?sig=SIGNED', 'ftp://example.test/x?sig=SIGNED', 'http://%zz/?sig=SIGNED'])(
    'are not fetched from %s',
    async (url) => {
      await using tenant = await startTenant();
      const error = await thrownBy((await tenant.open()).openMedia('a', medium(url)));
      expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { reason: 'address-refused' } });
      expect(inspect(error)).not.toContain('SIGNED');
    },
  );

  it('are not fetched by plain http after a redirect either', async () => {
    await using tenant = await startTenant();
    tenant.on('/media/1', (_, response) =>
      response.writeHead(302, { location: 'http://192.0.2.1/?sig=SIGNED' }).end(),
    );
    const error = await thrownBy((await tenant.open()).openMedia('a', medium('/media/1')));
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { reason: 'address-refused' } });
    expect(inspect(error)).not.toContain('SIGNED');
  });

  it.each([401, 403, 404, 410])(
    'whose signature has expired (%d) are asked for again at a fresh address',
    async (status) => {
      await using tenant = await startTenant();
      const cdn = await startServer((request, response) => {
        if (request.url === '/x?sig=fresh') play(request, response);
        else json(response, {}, status);
      });
      try {
        tenant.on(`${detailPath}a`, details(`${cdn.origin}/x?sig=fresh`));
        const answered = await (await tenant.open()).openMedia('a', medium(`${cdn.origin}/x?sig=old`));
        expect(await bytesOf(answered)).toBe(sound.toString());
        expect(cdn.seen.map(({ url }) => url)).toEqual(['/x?sig=old', '/x?sig=fresh']);
      } finally {
        await cdn.close();
      }
    },
  );

  it.each([
    [404, 'not-found'],
    [410, 'not-found'],
    [403, 'denied'],
  ])('that answer %d at a fresh address too are absent: %s', async (status, absent) => {
    await using tenant = await startTenant();
    tenant.on('/x', answer({}, status, { 'x-request-id': 'r-3' }));
    tenant.on(`${detailPath}a`, details('/x?sig=fresh'));
    expect(await (await tenant.open()).openMedia('a', medium('/x?sig=old'))).toMatchObject({
      absent,
      failure: { status, requestId: 'r-3', permanent: true },
    });
    expect(tenant.seen('/x')).toHaveLength(2);
    expect(tenant.seen(detailPath)).toHaveLength(1);
  });

  it.each([
    ['the interaction is gone', answer({}, 404), 'not-found'],
    ['the interaction is denied', answer({}, 403), 'denied'],
    ['the medium is no longer in the details', answer({ id: 'a', media: [] }), 'not-found'],
    ['the medium has no address any more', answer({ id: 'a', media: [{ id: 'm1' }] }), 'not-found'],
  ])('are absent when %s', async (_, detail, absent) => {
    await using tenant = await startTenant();
    tenant.on('/x', answer({}, 403));
    tenant.on(`${detailPath}a`, detail);
    expect(await (await tenant.open()).openMedia('a', medium('/x?sig=old'))).toMatchObject({ absent });
  });

  it('are not absent because the details fail for the moment', async () => {
    await using tenant = await startTenant();
    tenant.on('/x', answer({}, 404));
    tenant.on(`${detailPath}a`, answer({}, 500));
    const error = await thrownBy((await tenant.open()).openMedia('a', medium('/x?sig=old')));
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { mediaId: 'm1', status: 500 } });
  });

  it('without an address are absent, without a request', async () => {
    await using tenant = await startTenant();
    expect(await (await tenant.open()).openMedia('a', medium(undefined))).toMatchObject({
      absent: 'not-found',
    });
    expect(tenant.server.seen).toEqual([]);
  });

  it('get over passing errors, HTML where sound should be among them', async () => {
    await using tenant = await startTenant();
    const faults: Answerer[] = [
      (_, response) => {
        reset(response);
      },
      (_, response) => {
        html(response);
      },
      answer({}, 500),
    ];
    tenant.on('/x', ...faults, play);
    expect(await bytesOf(await (await tenant.open()).openMedia('a', medium('/x')))).toBe(sound.toString());
    expect(tenant.seen('/x')).toHaveLength(4);
  });

  it.each([
    ['HTML for sound', 'text/html; charset=utf-8', {}, 4],
    ['JSON for sound', 'application/json', {}, 4],
    ['HTML for a JSON transcript', 'text/html', { type: 'transcript', format: 'json' }, 4],
    ['HTML for an HTML e-mail', 'text/html', { type: 'email', format: 'html' }, 1],
    ['JSON for a transcript', 'application/json', { type: 'transcript', format: 'json' }, 1],
    ['bytes for sound', 'application/octet-stream', {}, 1],
  ])('tell %s', async (_, contentType, described, requests) => {
    await using tenant = await startTenant();
    tenant.on('/x', (_request, response) =>
      response.writeHead(200, { 'content-type': contentType }).end('body'),
    );
    const error = await thrownBy((await tenant.open()).openMedia('a', medium('/x', described)));
    expect(error === undefined).toBe(requests === 1);
    expect(tenant.seen('/x')).toHaveLength(requests);
  });

  it('that break off throw while they are read, without the address', async () => {
    await using tenant = await startTenant();
    tenant.on('/x', (_, response) => {
      cut(response, 'audio/wav', 'RIFF half a sound');
    });
    const answered = await (await tenant.open()).openMedia('a', medium('/x?sig=SIGNED'));
    const error = await thrownBy(bytesOf(answered));
    expect(error).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      context: { mediaId: 'm1', reason: 'network' },
    });
    expect(inspect(error)).not.toContain('SIGNED');
  });

  it('that break off before they are read do not break the process', async () => {
    await using tenant = await startTenant();
    tenant.on('/x', (_, response) => {
      cut(response, 'audio/wav', 'RIFF half a sound');
    });
    const answered = await (await tenant.open()).openMedia('a', medium('/x'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await thrownBy(bytesOf(answered))).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  it('that come to a halt throw, however slow the reader is', async () => {
    await using tenant = await startTenant();
    tenant.on('/x', (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': 100 });
      response.write('RIFF');
    });
    const source = await tenant.open({}, {}, { limits: { headersMs: 500, idleMs: 50 } });
    const read = await thrownBy(slowly(source, 120));
    expect(read).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { reason: 'network' } });
    tenant.on('/x', (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(Buffer.alloc(4_194_304, 'a'));
    });
    expect(await slowly(source, 120)).toHaveLength(4_194_304);
  });

  it('stop at an abort with its reason', async () => {
    await using tenant = await startTenant();
    tenant.on('/x', (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav' });
      response.write('RIFF');
    });
    const stop = new AbortController();
    const answered = await (await tenant.open()).openMedia('a', medium('/x'), { signal: stop.signal });
    const reading = thrownBy(bytesOf(answered));
    const reason = new Error('interrupted');
    setImmediate(() => {
      stop.abort(reason);
    });
    expect(await reading).toBe(reason);
  });
});

/** Reads with a pause after the first piece. */
async function slowly(source: InteractionSource, ms: number): Promise<string> {
  const answered = await source.openMedia('a', medium('/x'));
  if ('absent' in answered) throw new Error('absent');
  let text = '';
  for await (const chunk of answered.body) {
    if (text === '') await new Promise((resolve) => setTimeout(resolve, ms));
    text += Buffer.from(chunk).toString();
  }
  return text;
}

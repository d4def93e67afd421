import type { MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { fetchContent } from '../src/platform/content.ts';
import { openPlatformMedium } from '../src/platform/media.ts';
import { addressText } from '../src/platform/media-address.ts';
import type { MediaAddress } from '../src/platform/media-address.ts';
import { playbackRefresh } from '../src/platform/playback-refresh.ts';
import { noContent, playbackPath, startPlatform } from './platform-server.ts';
import type { PlatformServer } from './platform-server.ts';
import { everything, played, row } from './platform-rows.ts';
import { cut, html, startServer } from './scripted-server.ts';
import type { Answerer } from './scripted-server.ts';
import { answer } from './tenant.ts';

const mp4 = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypisom0000isommp42'),
  Buffer.alloc(64, 7),
]);

function bytes(body: Buffer | string, contentType = 'application/octet-stream'): Answerer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
}

function medium(address: MediaAddress | undefined, rest: Partial<SourceMedium> = {}): SourceMedium {
  const url = address && addressText(address);
  const nothing = {
    durationMs: undefined,
    format: undefined,
    playbackUrl: undefined,
    createdTime: undefined,
  };
  return { mediaId: 's1', type: 'call-recording', url, ...nothing, ...rest };
}

const recording = (url: string): SourceMedium => medium({ kind: 'recording', url });
const file = (id: string): SourceMedium => medium({ kind: 'file', id }, { type: 'file' });

function open(tenant: PlatformServer, what: SourceMedium): Promise<MediaAnswer> {
  const { calls } = tenant;
  return openPlatformMedium(calls, '100', what, playbackRefresh(calls), undefined);
}

async function bodyOf(answered: MediaAnswer): Promise<Buffer> {
  if ('absent' in answered) throw new Error(`absent: ${answered.absent}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answered.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function jsonOf(answered: MediaAnswer): Promise<unknown> {
  return JSON.parse((await bodyOf(answered)).toString()) as unknown;
}

describe('recordings', () => {
  it("come without the bearer, even from the API's own origin, with the type of their first bytes", async () => {
    await using tenant = await startPlatform();
    tenant.on('/rec/1.wav', bytes(mp4, 'audio/wav'));
    const answered = await open(tenant, recording(`${tenant.server.origin}/rec/1.wav?sig=x`));
    expect(answered).toMatchObject({ contentType: 'video/mp4', size: mp4.length });
    expect((await bodyOf(answered)).equals(mp4)).toBe(true);
    expect(tenant.seen('/rec')[0]?.headers.authorization).toBeUndefined();
    expect(tenant.families).toEqual(['media']);
  });

  it.each([400, 401, 403, 404, 409, 410])('get one fresh address after a %d', async (status) => {
    await using tenant = await startPlatform();
    const url = (n: number): string => `${tenant.server.origin}/rec/${String(n)}?sig=${String(n)}`;
    const interactions = [played('s0', url(0)), played('s1', url(2))];
    tenant
      .on('/rec/1', answer('expired', status))
      .on('/rec/2', bytes(mp4))
      .on(playbackPath, answer({ interactions }));
    expect((await bodyOf(await open(tenant, recording(url(1))))).equals(mp4)).toBe(true);
    expect(tenant.families).toEqual(['media', 'media-playback', 'media']);
  });

  it('that expired together share one playback call', async () => {
    await using tenant = await startPlatform();
    const url = (n: number): string => `${tenant.server.origin}/rec/${String(n)}`;
    tenant
      .on('/rec/1', answer('expired', 403))
      .on('/rec/2', bytes(mp4))
      .on(playbackPath, answer({ interactions: [played('s1', url(2)), played('s2', url(2))] }));
    const { calls } = tenant;
    const refresh = playbackRefresh(calls);
    for (const mediaId of ['s1', 's2'])
      await bodyOf(
        await openPlatformMedium(calls, '100', { ...recording(url(1)), mediaId }, refresh, undefined),
      );
    expect(tenant.seen(playbackPath)).toHaveLength(1);
  });

  it('ask playback anew after it failed', async () => {
    await using tenant = await startPlatform();
    const interactions = [played('s1', 'https://cdn.test/2')];
    tenant.on(playbackPath, answer({}, 401), answer({ interactions }));
    const refresh = playbackRefresh(tenant.calls);
    const ask = (): Promise<unknown> =>
      refresh('100', { mediaId: 's1', url: 'https://cdn.test/1' }, undefined);
    await expect(ask()).rejects.toMatchObject({ failure: { status: 401 } });
    expect(await ask()).toEqual({ url: 'https://cdn.test/2', isFresh: true });
  });

  it('share the playback calls of the 64 interactions that expired last', async () => {
    await using tenant = await startPlatform();
    const interactions = [played('s1', 'https://cdn.test/2')];
    tenant.on(playbackPath, answer({ interactions }));
    const refresh = playbackRefresh(tenant.calls);
    const ask = (n: number): Promise<unknown> =>
      refresh(String(n), { mediaId: 's1', url: 'https://cdn.test/1' }, undefined);
    const asked = (): number => tenant.seen(playbackPath).length;
    for (let n = 1; n <= 64; n += 1) await ask(n);
    await refresh('1', { mediaId: 's1', url: 'https://cdn.test/2' }, undefined); // the newest now
    expect(asked()).toBe(65);
    await ask(65);
    for (const n of [1, 3, 64]) await ask(n);
    expect(asked()).toBe(66);
    await ask(2);
    expect(asked()).toBe(67);
  });

  it('are not given up for a remembered address that has expired as well', async () => {
    await using tenant = await startPlatform();
    const url = (n: number): string => `${tenant.server.origin}/rec/${String(n)}`;
    const expired = answer('expired', 403);
    const names = (n: number): Answerer =>
      answer({ interactions: [played('s1', url(n)), played('s2', url(n))] });
    tenant.on('/rec/1', expired).on('/rec/2', bytes(mp4)).on(playbackPath, names(2));
    const { calls } = tenant;
    const refresh = playbackRefresh(calls);
    const openIt = (mediaId: string, n: number): Promise<MediaAnswer> =>
      openPlatformMedium(calls, '100', { ...recording(url(n)), mediaId }, refresh, undefined);
    await bodyOf(await openIt('s1', 1)); // takes so long that the addresses of its answer expire
    tenant.on('/rec/2', expired).on('/rec/3', bytes(mp4)).on(playbackPath, names(3));
    expect((await bodyOf(await openIt('s2', 1))).equals(mp4)).toBe(true);
    expect(tenant.seen(playbackPath)).toHaveLength(2);
    expect(await openIt('s2', 2)).toHaveProperty('body');
    expect(tenant.seen(playbackPath)).toHaveLength(2);
    tenant.on('/rec/3', expired);
    expect(await openIt('s2', 1)).toMatchObject({ absent: 'denied' });
    expect(tenant.seen(playbackPath)).toHaveLength(3);
  });

  it.each([
    ['still denied', answer({}, 403), answer({ interactions: [played('s1', '/rec/2')] }), 'denied'],
    ['gone', answer({}, 404), answer({ interactions: [played('s1', '/rec/2')] }), 'not-found'],
    ['no longer named', answer({}, 403), answer({ interactions: [] }), 'not-found'],
    ['of no known contact', answer({}, 403), answer({ message: 'Interaction Not Found' }, 404), 'not-found'],
    ['behind a lost right', answer({}, 403), answer({}, 403), 'denied'],
  ])('that are %s after that are absent', async (_, gone, playback, code) => {
    await using tenant = await startPlatform();
    tenant.on('/dfo/rec/2', gone).on('/rec/1', answer({}, 403)).on('/rec/2', gone).on(playbackPath, playback);
    expect(await open(tenant, recording(`${tenant.server.origin}/rec/1`))).toMatchObject({ absent: code });
  });

  it('fail, and are not absent, when playback or their store is in trouble', async () => {
    await using tenant = await startPlatform();
    tenant.on('/rec/1', answer({}, 403)).on('/rec/2', answer({}, 500)).on(playbackPath, answer({}, 500));
    for (const n of [1, 2])
      await expect(
        open(tenant, recording(`${tenant.server.origin}/rec/${String(n)}?sig=s3cr3t`)),
      ).rejects.toThrow(/^(?!.*s3cr3t).*a medium could not be fetched .*server-error/);
  });

  it.each([
    ['an HTML page', '<!doctype html><title>Sorry</title>'],
    ['an XML error', '\n <?xml version="1.0"?><Error><Code>SlowDown</Code></Error>'],
    ['a JSON error', '{"message":"try later"}'],
  ])('are begun again when %s comes as their bytes', async (_, page) => {
    await using tenant = await startPlatform();
    tenant.on('/rec/1', bytes(page, 'video/mp4'), bytes(mp4, 'video/mp4'));
    const what = recording(`${tenant.server.origin}/rec/1`);
    await expect(bodyOf(await open(tenant, what))).rejects.toThrow('invalid-response');
    expect((await bodyOf(await open(tenant, what))).equals(mp4)).toBe(true);
  });

  it('are asked for again at once when the page says that it is one', async () => {
    await using tenant = await startPlatform();
    tenant.on('/rec/1', (_, response) => html(response), bytes(mp4));
    expect((await bodyOf(await open(tenant, recording(`${tenant.server.origin}/rec/1`)))).equals(mp4)).toBe(
      true,
    );
  });

  it('that break off fail while they are read, not when they are opened', async () => {
    await using tenant = await startPlatform();
    tenant.on('/rec/1', (_, response) => cut(response, 'video/mp4', 'half of it'));
    const answered = await open(tenant, recording(`${tenant.server.origin}/rec/1`));
    await expect(bodyOf(answered)).rejects.toThrow('a medium could not be fetched');
  });

  it('without an address are not there yet, and denied ones are not asked for', async () => {
    await using tenant = await startPlatform();
    expect(await open(tenant, medium(undefined))).toMatchObject({ absent: 'not-found' });
    expect(await open(tenant, medium({ kind: 'denied' }))).toMatchObject({ absent: 'denied' });
    expect(tenant.server.seen).toEqual([]);
  });
});

describe('transcripts', () => {
  it.each([
    ['chat', '/acd/contacts/1/historical-chat-transcript', { transcript: { transcript: [{ Text: 'hi' }] } }],
    ['email', '/acd/contacts/1/email-transcript', { emails: [{ subject: 'Re' }] }],
  ] as const)('of kind %s are JSON', async (kind, path, document) => {
    await using tenant = await startPlatform();
    const link = 'https://files.test/a?X-Amz-Signature=s3cr3t';
    tenant.on(path, answer({ ...document, fileUrl: link }));
    const answered = await open(tenant, medium({ kind, id: '1' }));
    expect(answered).toMatchObject({ contentType: 'application/json' });
    expect(await jsonOf(answered)).toEqual({ ...document, fileUrl: 'https://files.test/a' });
    expect(tenant.seen(path)[0]?.url).toBe(kind === 'email' ? `${path}?includeAttachments=true` : path);
  });

  it('come to the byte, spaces and long numbers included', async () => {
    await using tenant = await startPlatform();
    const text = '{ "transcript": {"contactId": 9007199254740993, "transcript": [ ]}}\n';
    tenant.on('/acd/contacts/1/historical-chat-transcript', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
    const answered = await open(tenant, medium({ kind: 'chat', id: '1' }));
    expect((await bodyOf(answered)).toString()).toBe(text);
  });

  it('of SMS have all pages, whether the API names the next one or not', async () => {
    await using tenant = await startPlatform();
    const page = (n: number, next?: string): Answerer =>
      answer({
        businessUnitId: 1,
        totalRecords: 3,
        smsTranscripts: [{ messageBody: String(n) }],
        _links: { next: next ?? '' },
      });
    const path = '/acd/contacts/1/sms-transcripts';
    tenant.on(path, page(1), page(2, 'https://elsewhere.test/x?skip=2&top=1'), page(3));
    expect(await jsonOf(await open(tenant, medium({ kind: 'sms', id: '1' })))).toEqual({
      businessUnitId: 1,
      totalRecords: 3,
      smsTranscripts: [{ messageBody: '1' }, { messageBody: '2' }, { messageBody: '3' }],
      _links: { next: '' },
    });
    expect(tenant.seen(path).map(({ url }) => url)).toEqual([path, `${path}?skip=1`, `${path}?skip=2&top=1`]);
  });

  it('of digital contacts have each message whole, and what was removed as it is', async () => {
    await using tenant = await startPlatform();
    const removed = { id: 'm2', contentRemoved: { reason: 'GDPR' } };
    const beginning = { id: 'm/1', hasAdditionalMessageContent: true, messageContent: { payload: 'the be' } };
    const whole = {
      id: 'm/1',
      hasAdditionalMessageContent: false,
      messageContent: { payload: 'the beginning' },
    };
    const gone = { id: 'm3', hasAdditionalMessageContent: true };
    tenant
      .on('/dfo/contacts/1/messages', answer({ hits: 3, data: [beginning, removed, gone] }))
      .on('/dfo/messages/m/1', answer(whole));
    expect(await jsonOf(await open(tenant, medium({ kind: 'messages', id: '1' })))).toEqual({
      hits: 3,
      data: [whole, removed, gone],
    });
  });

  it('of digital contacts are made of the messages that were read for their attachments', async () => {
    await using tenant = await startPlatform();
    const path = '/dfo/contacts/100/messages';
    tenant.on(path, answer({ hits: 1, data: [{ id: 'm1', messageContent: { payload: 'hello' } }] }));
    const legs = [row('100', { mediaTypeId: 9 })];
    await fetchContent(tenant.calls, everything(legs, { playback: false }), undefined);
    const what = medium({ kind: 'messages', id: '100' });
    const first = await jsonOf(await open(tenant, what));
    expect(first).toEqual({ hits: 1, data: [{ id: 'm1', messageContent: { payload: 'hello' } }] });
    expect(tenant.seen(path)).toHaveLength(1);
    expect(await jsonOf(await open(tenant, what))).toEqual(first); // a second opening reads them anew
    expect(tenant.seen(path)).toHaveLength(2);
  });

  it.each([
    ['404', answer({}, 404), 'not-found'],
    ['204', noContent, 'not-found'],
    ['403', answer({}, 403), 'denied'],
  ])('are absent after a %s', async (_, given, code) => {
    await using tenant = await startPlatform();
    tenant.on('/acd/contacts/1/email-transcript', given);
    expect(await open(tenant, medium({ kind: 'email', id: '1' }))).toMatchObject({ absent: code });
  });

  it('that are denied again and again are not asked for any more', async () => {
    await using tenant = await startPlatform();
    for (const id of ['1', '2', '3', '4']) {
      tenant.on(`/acd/contacts/${id}/email-transcript`, answer({}, 403));
      expect(await open(tenant, medium({ kind: 'email', id }))).toMatchObject({ absent: 'denied' });
    }
    expect(tenant.server.seen).toHaveLength(3);
  });
});

describe('attachments', () => {
  const attachment = (url: string): SourceMedium =>
    medium({ kind: 'attachment', url, messageId: 'm/1', n: 1 }, { type: 'attachment' });

  it('with the API come with the bearer, also from a relative address', async () => {
    await using tenant = await startPlatform();
    tenant.on('/dfo/attachments/1', bytes('%PDF-1.7 and so on', 'application/pdf'));
    for (const url of [`${tenant.server.origin}/dfo/attachments/1`, 'attachments/1']) {
      const answered = await open(tenant, attachment(url));
      expect(answered).toMatchObject({ contentType: 'application/pdf' });
      expect((await bodyOf(answered)).toString()).toBe('%PDF-1.7 and so on');
    }
    expect(tenant.seen('/dfo').every(({ headers }) => headers.authorization === 'Bearer token-1')).toBe(true);
    expect(tenant.families).toEqual(['dfo', 'dfo']);
  });

  it('elsewhere come without the bearer', async () => {
    await using tenant = await startPlatform();
    const cdn = await startServer(bytes('text of a customer', 'text/plain'));
    try {
      const answered = await open(tenant, attachment(`${cdn.origin}/a?sig=1`));
      expect(answered).toMatchObject({ contentType: 'text/plain' });
      await bodyOf(answered);
      expect(cdn.seen[0]?.headers.authorization).toBeUndefined();
      expect(tenant.families).toEqual(['media']);
    } finally {
      await cdn.close();
    }
  });

  it('get one fresh address from their message when theirs has expired', async () => {
    await using tenant = await startPlatform();
    const attachments = [
      { url: 'https://files.test/other' },
      { url: `${tenant.server.origin}/files/2?sig=2` },
    ];
    tenant
      .on('/files/1', answer('expired', 403))
      .on('/files/2', bytes('the attachment', 'text/plain'))
      .on('/dfo/messages/m/1', answer({ id: 'm/1', attachments }));
    const expired = attachment(`${tenant.server.origin}/files/1`);
    expect((await bodyOf(await open(tenant, expired))).toString()).toBe('the attachment');
    tenant.on('/files/2', answer('expired', 403));
    expect(await open(tenant, expired)).toMatchObject({ absent: 'denied' });
    tenant.on('/dfo/messages/m/1', answer({ id: 'm/1', attachments: [] }));
    expect(await open(tenant, expired)).toMatchObject({ absent: 'not-found' });
    tenant.on('/dfo/messages/m/1', answer({}, 404));
    expect(await open(tenant, expired)).toMatchObject({ absent: 'not-found' });
  });

  it('are refused at an address that is no https', async () => {
    await using tenant = await startPlatform();
    await expect(open(tenant, attachment('ftp://files.test/a'))).rejects.toThrow('address-refused');
  });
});

describe('files', () => {
  it('are decoded from base64, wherever it stands in the answer', async () => {
    await using tenant = await startPlatform();
    const text = mp4.toString('base64').replaceAll('/', '\\/').replaceAll('+', '\\u002B');
    tenant.on(
      '/acd/files',
      bytes(
        `{ "other" : [ {"files": {"file": "no"}}, 1.5, null ],\n "Files" :{"fileName":"a \\"b\\"", "file"\t: "${text}" } }`,
        'application/json',
      ),
    );
    const answered = await open(tenant, file('in/a b&c.mp4'));
    expect(answered).toMatchObject({ contentType: 'video/mp4', size: undefined });
    expect((await bodyOf(answered)).equals(mp4)).toBe(true);
    expect(tenant.server.seen[0]).toMatchObject({ url: '/acd/files?fileName=in%2Fa+b%26c.mp4' });
    expect(tenant.server.seen[0]?.headers.accept).toBe('application/json');
  });

  it.each([
    ['403', answer({}, 403), 'denied'],
    ['404', answer({}, 404), 'not-found'],
  ])('are absent after a %s', async (_, given, code) => {
    await using tenant = await startPlatform();
    tenant.on('/acd/files', given);
    expect(await open(tenant, file('a'))).toMatchObject({ absent: code });
  });

  it('are not taken for whole when the answer breaks off', async () => {
    await using tenant = await startPlatform();
    tenant.on('/acd/files', bytes('{"files":{"file":"QUJD', 'application/json'));
    await expect(bodyOf(await open(tenant, file('a')))).rejects.toThrow('invalid-response');
  });
});

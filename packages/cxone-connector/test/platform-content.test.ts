import type { JsonObject } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { RequestFailure } from '../src/http/request-failure.ts';
import { fetchContent } from '../src/platform/content.ts';
import { toInteraction } from '../src/platform/interaction.ts';
import { noContent, playbackPath, startPlatform } from './platform-server.ts';
import { everything, played, row } from './platform-rows.ts';
import { html, json } from './scripted-server.ts';
import { answer } from './tenant.ts';

const options = {
  masterContactId: '100',
  digest: { marker: ['archival_status'], volatileFields: [] },
  fetchedAt: Date.parse('2026-11-22T12:00:00Z'),
};

describe('the content of a master contact', () => {
  it('has the details of each leg and the playback answer, by one call each', async () => {
    await using tenant = await startPlatform();
    tenant
      .on('/acd/contacts/100/custom-data', answer({ contactCustomData: [{ name: 'order', value: '7' }] }))
      .on('/acd/contacts/100/state-history', answer({ contactStateHistory: [{ stateIndex: 0 }] }))
      .on('/acd/contacts/101/custom-data', noContent)
      .on('/acd/contacts/101/files', answer({ files: [] }))
      .on(
        playbackPath,
        answer({ contactId: 'guid', interactions: [played('s1', 'https://cdn.test/1?sig=x')] }),
      );
    const content = await fetchContent(tenant.calls, everything([row('100'), row('101')]), undefined);
    expect(content).toEqual({
      contacts: [row('100').json, row('101').json],
      details: {
        100: {
          customData: { contactCustomData: [{ name: 'order', value: '7' }] },
          stateHistory: { contactStateHistory: [{ stateIndex: 0 }] },
        },
        101: { files: { files: [] } },
      },
      playback: { contactId: 'guid', interactions: [played('s1', 'https://cdn.test/1?sig=x')] },
      absent: [
        { part: 'files', contactId: '100', reason: 'not-found' },
        { part: 'custom-data', contactId: '101', reason: 'empty' },
        { part: 'state-history', contactId: '101', reason: 'not-found' },
      ],
    });
    expect(tenant.server.seen).toHaveLength(7);
    expect(tenant.seen(playbackPath).map(({ url }) => url)).toEqual([
      `${playbackPath}?acd-call-id=100&media-type=all&exclude-waveforms=true&isDownload=false`,
    ]);
    expect(tenant.families.filter((family) => family === 'media-playback')).toHaveLength(1);
    expect(tenant.seen('/acd').every(({ headers }) => headers.accept === 'application/json')).toBe(true);
  });

  it('is the same whatever the order in which the answers come', async () => {
    const texts = await Promise.all(
      [0, 30].map(async (delay) => {
        await using tenant = await startPlatform();
        for (const id of ['100', '101', '102'])
          tenant.on(`/acd/contacts/${id}/files`, (_, response) => {
            setTimeout(() => json(response, { files: [] }), id === '101' ? 30 - delay : delay);
          });
        tenant.on(playbackPath, (_, response) => {
          setTimeout(() => json(response, { Interactions: [] }), delay);
        });
        const legs = ['100', '101', '102'].map((id) => row(id));
        return JSON.stringify(await fetchContent(tenant.calls, everything(legs), undefined));
      }),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  it('asks only for what is new or changed, and keeps the rest of the version before', async () => {
    await using tenant = await startPlatform();
    const legs = [row('100'), row('101')];
    tenant
      .on('/acd/contacts/100/custom-data', answer({ contactCustomData: [{ name: 'a', value: '1' }] }))
      .on(playbackPath, answer({ interactions: [played('s1', 'https://cdn.test/1')] }));
    const before = await fetchContent(tenant.calls, everything([row('100')]), undefined);
    const asked = tenant.server.seen.length;
    const next = { ask: new Set(['101']), playback: false, previous: before };
    const after = await fetchContent(tenant.calls, everything(legs, next), undefined);
    expect(tenant.server.seen.slice(asked).map(({ url }) => url)).toEqual([
      '/acd/contacts/101/custom-data',
      '/acd/contacts/101/state-history',
      '/acd/contacts/101/files',
    ]);
    expect(after).toMatchObject({ details: before['details'], playback: before['playback'] });
    expect(after['absent']).toEqual(
      expect.arrayContaining([
        { part: 'files', contactId: '100', reason: 'not-found' },
        { part: 'files', contactId: '101', reason: 'not-found' },
      ]),
    );
  });

  it('is the same whether its legs were asked for together or one after the other', async () => {
    await using tenant = await startPlatform();
    const legs = [row('100'), row('101')];
    const at = (ask: string[], previous?: JsonObject) =>
      fetchContent(
        tenant.calls,
        everything(legs, { ask: new Set(ask), playback: false, previous }),
        undefined,
      );
    const together = await at(['100', '101']);
    expect(await at(['100'], await at(['101']))).toEqual(together);
    expect(together['absent']).toHaveLength(6);
  });

  it('asks nothing more once something has failed', async () => {
    await using tenant = await startPlatform();
    const { promise: givenUp, resolve } = Promise.withResolvers<undefined>();
    const waiting = Promise.withResolvers<undefined>();
    tenant.on('/acd/contacts/101/custom-data', (_, response) => {
      response.on('close', () => {
        resolve(undefined);
      });
      waiting.resolve(undefined);
    });
    tenant.on('/acd/contacts/100/custom-data', (_, response) => {
      void waiting.promise.then(() => {
        json(response, {}, 401);
      });
    });
    const failed = fetchContent(tenant.calls, everything([row('100'), row('101')]), undefined);
    await expect(failed).rejects.toMatchObject({ failure: { status: 401 } });
    await givenUp; // the other leg's call, under way
    expect(tenant.server.seen).toHaveLength(2);
  });

  it('never has less than the version before, though a part is denied or gone now', async () => {
    await using tenant = await startPlatform();
    tenant
      .on('/acd/contacts/100/custom-data', answer({ contactCustomData: [] }), answer({}, 403))
      .on(playbackPath, answer({ interactions: [played('s1', 'https://cdn.test/1')] }), answer({}, 404));
    const legs = [row('100')];
    const before = await fetchContent(tenant.calls, everything(legs), undefined);
    const after = await fetchContent(tenant.calls, everything(legs, { previous: before }), undefined);
    expect(after).toMatchObject({
      details: { 100: { customData: { contactCustomData: [] } } },
      playbackBefore: before['playback'],
    });
    expect(after).not.toHaveProperty('playback');
    const { media } = toInteraction(after, options);
    expect(media).toEqual([]); // core carries the purged recording over; nothing more is expected
    const again = { ask: new Set<string>(), playback: false, previous: after };
    expect(await fetchContent(tenant.calls, everything(legs, again), undefined)).toEqual(after);
  });

  it('keeps the recordings of the version before while playback is denied', async () => {
    await using tenant = await startPlatform();
    const recorded = answer({ interactions: [played('s1', 'https://cdn.test/1')] });
    tenant.on(playbackPath, recorded, answer({}, 403));
    const legs = [row('100')];
    const before = await fetchContent(tenant.calls, everything(legs), undefined);
    const after = await fetchContent(tenant.calls, everything(legs, { previous: before }), undefined);
    expect(after).toMatchObject({ playback: before['playback'] });
    expect(after).not.toHaveProperty('playbackBefore');
    expect(toInteraction(after, options).media).toMatchObject([{ mediaId: 's1' }]);
  });

  it.each([
    ['an HTML page', (_: unknown, response: Parameters<typeof html>[0]) => html(response)],
    ['another document', answer({ message: 'hello' })],
    ['an error', answer({ internalCode: 1, message: 'oops' }, 500)],
  ])('fails, and does not take %s for "not recorded"', async (_, playback) => {
    await using tenant = await startPlatform();
    tenant.on(playbackPath, playback);
    const failed = fetchContent(tenant.calls, everything([row('100')]), undefined);
    await expect(failed).rejects.toBeInstanceOf(RequestFailure);
    expect(tenant.seen(playbackPath)).toHaveLength(4);
  });

  it('asks playback last, and not at all when the rest fails', async () => {
    await using tenant = await startPlatform();
    tenant.on(playbackPath, answer({ interactions: [] }));
    const wanted = everything([row('100'), row('101')]);
    await fetchContent(tenant.calls, wanted, undefined);
    expect(tenant.families.at(-1)).toBe('media-playback');
    tenant.on('/acd/contacts/101/files', answer({}, 500));
    await expect(fetchContent(tenant.calls, wanted, undefined)).rejects.toBeInstanceOf(RequestFailure);
    expect(tenant.seen(playbackPath)).toHaveLength(1);
  });

  it('takes null for a list of no recordings', async () => {
    await using tenant = await startPlatform();
    tenant.on(playbackPath, answer({ contactId: 'guid', interactions: null }));
    const content = await fetchContent(tenant.calls, everything([row('100')]), undefined);
    expect(toInteraction(content, options).media).toMatchObject([{ mediaId: 'recording' }]);
  });

  it('waits when playback is throttled, also without Retry-After', async () => {
    await using tenant = await startPlatform();
    tenant.on(
      playbackPath,
      answer({ message: 'throttled', route: '/media-playback' }, 429),
      answer({ interactions: [] }),
    );
    const content = await fetchContent(tenant.calls, everything([row('100')]), undefined);
    expect(content['playback']).toEqual({ interactions: [] });
  });
});

describe('digital contacts', () => {
  const leg = row('100', { mediaTypeId: 9, isLogged: false });
  const message = (id: string, rest: JsonObject = {}): JsonObject => ({
    id,
    createdAt: `2026-11-22T10:0${id}:00Z`,
    ...rest,
  });

  it.each([
    ['a scrollToken', { scrollToken: 'next one' }, {}, '?scrollToken=next+one'],
    ['a Link header', {}, { link: '<https://other.test/x?cursor=2>; rel="next"' }, '?cursor=2'],
    ['page numbers', {}, {}, '?page=2'],
  ])('read all messages by %s', async (_, body, headers, query) => {
    await using tenant = await startPlatform();
    tenant
      .on('/dfo/contacts/100', answer({ id: '100', status: 'closed' }))
      .on(
        '/dfo/contacts/100/messages',
        answer({ hits: 2, data: [message('1')], ...body }, 200, headers),
        answer({ hits: 2, data: [message('2', { contentRemoved: { reason: 'GDPR' } })] }),
      );
    const content = await fetchContent(tenant.calls, everything([leg], { playback: false }), undefined);
    expect(content['digital']).toEqual({
      100: {
        contact: { id: '100', status: 'closed' },
        messages: { hits: 2, messages: [message('1'), message('2', { contentRemoved: { reason: 'GDPR' } })] },
      },
    });
    expect(tenant.seen('/dfo/contacts/100/messages')[1]?.url).toBe(`/dfo/contacts/100/messages${query}`);
    expect(toInteraction(content, options).media).toMatchObject([
      { mediaId: 'digital-transcript-100', type: 'digital-transcript', durationMs: 60_000, format: 'json' },
    ]);
  });

  it('are found by the number of their leg where the master contact has none', async () => {
    await using tenant = await startPlatform();
    tenant
      .on('/dfo/contacts/101', answer({ id: '101', status: 'closed' }))
      .on('/dfo/contacts/101/messages', answer({ hits: 1, data: [message('1')] }));
    const legs = ['101', '102'].map((id) => row(id, { mediaTypeId: 9, isLogged: false }));
    const content = await fetchContent(tenant.calls, everything(legs, { playback: false }), undefined);
    expect(Object.keys(content['digital'] ?? {})).toEqual(['101']);
    expect(content['absent']).not.toContainEqual(expect.objectContaining({ part: 'dfo' }));
    expect(toInteraction(content, options).media).toMatchObject([
      { mediaId: 'digital-transcript-101', durationMs: 0 },
    ]);
  });

  it.each([
    ['denied', answer({}, 403), ['/dfo/contacts/100'], 'denied'],
    [
      'gone, but for the contact',
      answer({ id: '100' }),
      ['/dfo/contacts/100', '/dfo/contacts/100/messages'],
      'not-found',
    ],
  ])('are looked for by no other number when they are %s', async (_, contact, paths, reason) => {
    await using tenant = await startPlatform();
    tenant.on('/dfo/contacts/100', contact);
    const legs = [row('101', { mediaTypeId: 9, isLogged: false })];
    const content = await fetchContent(tenant.calls, everything(legs, { playback: false }), undefined);
    expect(tenant.seen('/dfo').map(({ url }) => url)).toEqual(paths);
    expect(content['absent']).toContainEqual({ part: 'dfo', contactId: '100', reason });
  });

  it('are looked for by no other number when one that a leg names is gone', async () => {
    await using tenant = await startPlatform();
    tenant.on('/dfo/contacts/100', answer({ id: '100' }));
    const legs = [
      row('101', { mediaTypeId: 9, isLogged: false, caseId: 7 }),
      row('102', { mediaTypeId: 9, isLogged: false }),
    ];
    const content = await fetchContent(tenant.calls, everything(legs, { playback: false }), undefined);
    expect(tenant.seen('/dfo/contacts/102')).toEqual([]);
    expect(content['absent']).toContainEqual({ part: 'dfo', contactId: '7', reason: 'not-found' });
  });

  it('are missing under the number of the master contact when no number leads to them', async () => {
    await using tenant = await startPlatform();
    const legs = [row('101', { mediaTypeId: 9, isLogged: false })];
    const content = await fetchContent(tenant.calls, everything(legs, { playback: false }), undefined);
    expect(content['absent']).toContainEqual({ part: 'dfo', contactId: '100', reason: 'not-found' });
  });

  it('say that messages are missing when the API gives fewer than it counts', async () => {
    await using tenant = await startPlatform();
    tenant.on('/dfo/contacts/100/messages', answer({ hits: 2, data: [message('1')] }));
    const content = await fetchContent(tenant.calls, everything([leg], { playback: false }), undefined);
    expect(content['absent']).toContainEqual({ part: 'dfo', contactId: '100', reason: 'incomplete' });
  });

  it('name their attachments, with and without an id', async () => {
    await using tenant = await startPlatform();
    const attachments: JsonObject[] = [
      { friendlyName: 'scan.PDF', url: 'https://files.test/1?sig=abc' },
      { id: 'a2', fileName: 'x.png', url: '/attachments/2' },
    ];
    tenant.on('/dfo/contacts/100/messages', answer({ hits: 1, data: [message('1', { attachments })] }));
    const content = await fetchContent(tenant.calls, everything([leg], { playback: false }), undefined);
    expect(toInteraction(content, options).media.slice(1)).toMatchObject([
      { mediaId: 'attachment-1-1', format: 'pdf', playbackUrl: 'https://files.test/1' },
      { mediaId: 'attachment-a2', format: 'png', playbackUrl: '/attachments/2' },
    ]);
  });
});

describe('rights', () => {
  it('are given up after three denials without one success, and named once with the permission', async () => {
    await using tenant = await startPlatform();
    for (const id of ['1', '2', '3', '4', '5'])
      tenant.on(`/acd/contacts/${id}/files`, answer({ error: 'forbidden' }, 403));
    const legs = ['1', '2', '3', '4', '5'].map((id) => row(id));
    for (const leg of legs)
      await fetchContent(tenant.calls, everything([leg], { playback: false }), undefined);
    expect(tenant.server.seen.filter(({ url }) => url.endsWith('/files'))).toHaveLength(3);
    expect(tenant.rights.warnings()).toEqual([
      expect.stringMatching(/^files: denied; .*Data > Central Files and Folders: View/),
    ]);
    tenant.clock.advance(3_600_000);
    expect(tenant.rights.mayAsk('files')).toBe(true);
  });

  it('are not doubted any more after one success: single contacts may be denied', async () => {
    await using tenant = await startPlatform();
    tenant.on('/acd/contacts/1/files', answer({ files: [] }));
    for (const id of ['2', '3', '4', '5']) tenant.on(`/acd/contacts/${id}/files`, answer({}, 403));
    for (const id of ['1', '2', '3', '4', '5'])
      await fetchContent(tenant.calls, everything([row(id)], { playback: false }), undefined);
    expect(tenant.server.seen.filter(({ url }) => url.endsWith('/files'))).toHaveLength(5);
    expect(tenant.rights.warnings()).toEqual([
      'files: denied for some contacts; the role may not see these contacts in CXone',
    ]);
  });

  it('that lack playback give one denied recording a contact', async () => {
    await using tenant = await startPlatform();
    tenant.on(playbackPath, answer({ message: 'Forbidden' }, 403));
    const content = await fetchContent(tenant.calls, everything([row('100'), row('101')]), undefined);
    expect(toInteraction(content, options).media).toMatchObject([
      { mediaId: 'recording', url: 'cxone:denied' },
    ]);
    expect(tenant.rights.warnings()).toEqual([
      expect.stringContaining('Search & Playback > Player > Play/download recordings: Play Any'),
    ]);
  });

  it('has one medium in the place of files that were denied', async () => {
    await using tenant = await startPlatform();
    tenant.on('/acd/contacts/100/files', answer({ message: 'no' }, 403)).on(playbackPath, noContent);
    const silent = row('100', { isLogged: false });
    const content = await fetchContent(tenant.calls, everything([silent]), undefined);
    expect(toInteraction(content, options).media).toMatchObject([
      { mediaId: 'files-100', url: 'cxone:denied' },
    ]);
  });
});

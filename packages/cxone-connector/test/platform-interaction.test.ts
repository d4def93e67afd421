import type { JsonObject, SourceInteraction } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import type { ContactRow } from '../src/platform/contact-row.ts';
import { toInteraction } from '../src/platform/interaction.ts';
import { absentIn, buildPayload, legsDenied } from '../src/platform/payload.ts';
import type { PayloadParts } from '../src/platform/payload.ts';
import { played, row } from './platform-rows.ts';

const options = {
  masterContactId: '100',
  digest: { marker: ['archival_status'], volatileFields: [] },
  fetchedAt: Date.parse('2026-11-22T12:00:00Z'),
};

function payload(legs: readonly ContactRow[], rest: Partial<PayloadParts> = {}): JsonObject {
  const nothing = { hierarchy: undefined, details: new Map(), digital: new Map(), playback: undefined };
  return buildPayload({ legs, ...nothing, absent: [], ...rest });
}

function withPlayback(legs: readonly ContactRow[], value: JsonObject): SourceInteraction {
  return toInteraction(payload(legs, { playback: { value } }), options);
}

function withoutPlayback(legs: readonly ContactRow[]): SourceInteraction {
  const absent = [{ part: 'media-playback', contactId: '100', reason: 'not-found' }] as const;
  return toInteraction(payload(legs, { playback: { absent: 'not-found' }, absent }), options);
}

const idsOf = ({ media }: SourceInteraction): string[] => media.map(({ mediaId }) => mediaId);

describe('an interaction', () => {
  it('is made of all legs, in either generation of names', () => {
    const old = row('101', {
      contactStartDate: null,
      contactStart: '2026-11-22T13:00:00Z',
      mediaTypeId: null,
      mediaType: 4,
      fromAddr: '+1800',
      toAddr: '+1555',
      isOutbound: true,
      AgentID: 0,
      LastUpdateTime: '2026-11-22T13:20:00Z',
      lastUpdateTime: null,
    });
    const own = row('100', { agentId: 123, fromAddress: '+1555', toAddress: '+1800', isOutbound: false });
    const transferred = row('102', { agentId: 123, mediaTypeId: 5 });
    expect(withoutPlayback([own, transferred, old])).toMatchObject({
      interactionId: '100',
      type: 'phone',
      status: 'closed',
      createdTime: '2026-11-22T10:00:00.000Z',
      updatedTime: '2026-11-22T13:20:00.000Z',
      endedTime: '2026-11-22T13:10:00.000Z',
      participants: [
        { id: '123', type: 'agent', address: null, state: null },
        { id: null, type: 'customer', address: '+1555', state: null },
        { id: null, type: 'contact-center', address: '+1800', state: null },
      ],
      legs: [
        { id: '100', updatedTime: '2026-11-22T10:15:00.000Z' },
        { id: '102', updatedTime: '2026-11-22T10:15:00.000Z' },
        { id: '101', updatedTime: '2026-11-22T13:20:00.000Z' },
      ],
    });
  });

  it('takes its type from the first leg when the master has none of its own', () => {
    expect(withoutPlayback([row('101', { mediaTypeId: 1 })]).type).toBe('email');
    expect(withoutPlayback([row('101', { mediaTypeId: 77 })]).type).toBeNull();
  });

  it('keeps 64-bit ids exact', () => {
    const id = '9223372036854775807';
    const leg = row(id, { mediaTypeId: 1 });
    expect(idsOf(withoutPlayback([leg]))).toEqual([`email-transcript-${id}`]);
  });
});

describe('recordings', () => {
  const second = {
    startTime: '2026-11-22T10:05:00Z',
    endTime: '2026-11-22T10:09:00Z',
    mediaType: 'voice-and-screen',
  };

  it.each([
    ['interactions', (list: JsonObject[]): JsonObject => ({ interactions: list })],
    ['Interactions', (list: JsonObject[]): JsonObject => ({ Interactions: list })],
    [
      'the old wrapped form',
      (list: JsonObject[]): JsonObject => ({
        value: { contactId: 'guid', Interactions: list.map((Interaction) => ({ Interaction })) },
      }),
    ],
  ])('are all interactions of the answer, in %s', (_, form) => {
    const list = [
      played('s1', 'https://cdn.test/1.mp4?sig=x'),
      played('s2', 'https://cdn.test/2.mp4', second),
    ];
    expect(withPlayback([row('100')], form(list)).media).toEqual([
      {
        mediaId: 's1',
        type: 'call-recording',
        durationMs: 598_000,
        format: undefined,
        url: 'https://cdn.test/1.mp4?sig=x',
        playbackUrl: 'https://cdn.test/1.mp4',
        createdTime: '2026-11-22T10:00:01.000Z',
      },
      expect.objectContaining({ mediaId: 's2', type: 'call-and-screen-recording', durationMs: 240_000 }),
    ]);
  });

  it('of one segment are told apart, the same way in any order', () => {
    const list = [played('s', 'https://cdn.test/1'), played('s', 'https://cdn.test/2', second)];
    const urls = [list, [...list].reverse()].map((interactions) =>
      withPlayback([row('100')], { interactions }).media.map(({ mediaId, url }) => [mediaId, url]),
    );
    expect(urls[0]).toEqual([
      ['s', 'https://cdn.test/1'],
      ['s#2', 'https://cdn.test/2'],
    ]);
    expect(urls[1]).toEqual(urls[0]);
  });

  it('are named by their earliest segment, in whatever order the segments come', () => {
    const segments = [
      { segmentId: 'late', startTime: '2026-11-22T10:05:00.000Z' },
      { segmentId: 'early', startTime: '2026-11-22T10:00:01.000Z' },
    ];
    for (const segmentsDataList of [segments, segments.toReversed()]) {
      const data = { fileToPlayUrl: 'https://cdn.test/1', segmentsDataList };
      const interactions = [played('', undefined, { data })];
      expect(idsOf(withPlayback([row('100')], { interactions }))).toEqual(['early']);
    }
  });

  it('without a segment are named by start and kind', () => {
    const bare = played('', 'https://cdn.test/1', { data: { fileToPlayUrl: 'https://cdn.test/1' } });
    expect(idsOf(withPlayback([row('100')], { interactions: [bare] }))).toEqual([
      '2026-11-22T10:00:01.000Z-voice-only',
    ]);
  });

  it('are named by the first segment that has an id, and by ids where segments began together', () => {
    const [none, a, b] = [{ startTime: '2026-11-22T10:00:00.000Z' }, { segmentId: 'a' }, { segmentId: 'b' }];
    for (const segmentsDataList of [
      [none, { ...a, startTime: '2026-11-22T10:05:00.000Z' }],
      [a, b],
      [b, a],
    ]) {
      const data = { fileToPlayUrl: 'https://cdn.test/1', segmentsDataList };
      const interactions = [played('', undefined, { data })];
      expect(idsOf(withPlayback([row('100')], { interactions }))).toEqual(['a']);
    }
  });

  it('may be one, behind nothing but a redirect', () => {
    const { media } = withPlayback([row('100')], { redirectUrl: 'https://cdn.test/1.mp4?sig=x' });
    expect(media).toMatchObject([{ mediaId: 'recording', url: 'https://cdn.test/1.mp4?sig=x' }]);
  });

  it('are no media where a chat or e-mail is part of the answer itself', () => {
    const chat = { '@type': 'chat', mediaType: 'chat', data: { messages: [{ text: 'hi' }] } };
    const interaction = withPlayback([row('100', { isLogged: false })], { interactions: [chat] });
    expect(interaction.media).toEqual([]);
    expect(interaction.payload['playback']).toEqual({ interactions: [chat] });
  });

  it('that are not ready yet have no address', () => {
    const { media } = withPlayback([row('100')], { interactions: [played('s1', undefined)] });
    expect(media).toMatchObject([{ mediaId: 's1', url: undefined }]);
  });

  it.each([
    ['a recorded call', { isLogged: true }, ['recording']],
    ['a call of which it is not said', { isLogged: null }, ['recording']],
    ['voicemail', { mediaTypeId: 5 }, ['recording']],
    ['a call that was not recorded', { isLogged: false }, []],
    ['a work item', { mediaTypeId: 6 }, []],
  ])('of %s that playback does not know are expected or not', (_, fields, expected) => {
    expect(idsOf(withoutPlayback([row('100', fields)]))).toEqual(expected);
    expect(idsOf(withPlayback([row('100', fields)], { interactions: [] }))).toEqual(expected);
  });

  it('are expected for each recorded leg that none of them covers', () => {
    const late = { contactStartDate: '2026-11-22T15:00:00Z' };
    const legs = [row('100'), row('101', late), row('102', { ...late, isLogged: null })];
    const interaction = withPlayback(legs, { interactions: [played('s1', 'https://cdn.test/1')] });
    expect(idsOf(interaction)).toEqual(['s1', 'recording-101']);
    const touching = row('103', { contactStartDate: '2026-11-22T10:09:59Z' });
    expect(idsOf(withPlayback([row('100'), touching], { interactions: [played('s1', 'x')] }))).toEqual([
      's1',
      'recording-103',
    ]);
  });
});

describe('documents', () => {
  it('are transcripts by media type, and the files that are not deleted', () => {
    const legs = [row('1', { mediaTypeId: 1 }), row('3', { mediaTypeId: 3 }), row('7', { mediaTypeId: 7 })];
    const files: JsonObject[] = [
      { fullFileName: 'in/Invoice.PDF', createDate: '2026-11-22T10:01:00Z', isDeleted: false },
      { fullFileName: 'in/Invoice.PDF' },
      { fullFileName: 'gone.txt', isDeleted: true },
      { FileName: 'bare' },
    ];
    const details = new Map([['1', { files: { files } }]]);
    expect(toInteraction(payload(legs, { details }), options).media).toMatchObject([
      { mediaId: 'email-transcript-1', type: 'email-transcript', format: 'json', durationMs: 600_000 },
      { mediaId: 'chat-transcript-3', type: 'chat-transcript', url: 'cxone:chat/3' },
      { mediaId: 'sms-transcript-7', type: 'sms-transcript', playbackUrl: undefined },
      { mediaId: 'file-1-in/Invoice.PDF', format: 'pdf', createdTime: '2026-11-22T10:01:00.000Z' },
      { mediaId: 'file-1-in/Invoice.PDF#2' },
      { mediaId: 'file-1-bare', format: undefined },
    ]);
  });
});

describe('legs that are worth asking for again', () => {
  it('are those of which a part was denied', () => {
    const legs = [row('100'), row('101'), row('102'), row('103', { mediaTypeId: 9 })];
    const absent = [
      { part: 'media-playback', contactId: '100', reason: 'denied' },
      { part: 'files', contactId: '101', reason: 'denied' },
      { part: 'files', contactId: '102', reason: 'not-found' },
      { part: 'dfo', contactId: '100', reason: 'denied' },
    ] as const;
    expect(legsDenied(payload(legs, { absent: absent.slice(0, 3) }), legs)).toEqual(['101']);
    expect(legsDenied(payload(legs, { absent: absent.slice(3) }), legs)).toEqual(['103']);
    expect(legsDenied(undefined, legs)).toEqual([]);
  });
});

describe('what was missing', () => {
  const legs = [row('100'), row('101')];
  const absentOf = (payloadNow: JsonObject): unknown[] =>
    absentIn(payloadNow).map(({ part, contactId, reason }) => [part, contactId, reason]);
  const before = payload(legs, {
    absent: [
      { part: 'media-playback', contactId: '100', reason: 'denied' },
      { part: 'files', contactId: '100', reason: 'denied' },
      { part: 'files', contactId: '101', reason: 'not-found' },
      { part: 'dfo', contactId: '100', reason: 'incomplete' },
      { part: 'dfo', contactId: '200', reason: 'denied' },
    ],
  });
  const now = (rest: Partial<PayloadParts>): unknown[] => {
    const nothing = { hierarchy: undefined, details: new Map(), digital: new Map(), playback: undefined };
    return absentOf(buildPayload({ legs, ...nothing, absent: [], ...rest }, before));
  };

  it('is still missing as long as it is not asked for again', () => {
    expect(now({})).toEqual([
      ['dfo', '100', 'incomplete'],
      ['files', '100', 'denied'],
      ['media-playback', '100', 'denied'],
      ['files', '101', 'not-found'],
      ['dfo', '200', 'denied'],
    ]);
  });

  it('is not any more when it has come, each part and contact for itself', () => {
    const parts = now({
      details: new Map([['100', {}]]),
      digital: new Map([['200', {}]]),
      playback: { value: { interactions: [] } },
    });
    expect(parts).toEqual([
      ['dfo', '100', 'incomplete'],
      ['files', '101', 'not-found'],
    ]);
  });

  it('is missing for the reason that was given last', () => {
    const absent = [
      { part: 'files', contactId: '100', reason: 'empty' },
      { part: 'media-playback', contactId: '100', reason: 'not-found' },
    ] as const;
    const parts = now({ details: new Map([['100', {}]]), playback: { absent: 'not-found' }, absent });
    expect(parts).toContainEqual(['files', '100', 'empty']);
    expect(parts).not.toContainEqual(['files', '100', 'denied']);
    expect(parts).toContainEqual(['media-playback', '100', 'not-found']);
    expect(parts).not.toContainEqual(['media-playback', '100', 'denied']);
  });
});

describe('the archived payload', () => {
  const attachment = { friendlyName: 'a.pdf', url: 'https://files.test/a.pdf?sig=s3cr3t' };
  const raw = payload([row('100'), row('101', { mediaTypeId: 9 })], {
    playback: { value: { interactions: [played('s1', 'https://cdn.test/1.mp4?X-Amz-Signature=s3cr3t')] } },
    digital: new Map([['100', { messages: { messages: [{ id: 'm', attachments: [attachment] }] } }]]),
  });

  it('has no signed URL', () => {
    expect(JSON.stringify(toInteraction(raw, options).payload)).not.toContain('s3cr3t');
  });

  it('gives the same media and digest as the raw one, but for the queries of addresses', () => {
    const fresh = toInteraction(raw, options);
    const archived = toInteraction(fresh.payload, options);
    const bare = ({ media }: SourceInteraction): unknown => media.map((medium) => ({ ...medium, url: '' }));
    expect(bare(archived)).toEqual(bare(fresh));
    expect(archived.contentDigest([])).toBe(fresh.contentDigest([]));
    expect(fresh.changedFields(archived.payload)).toEqual([]);
  });

  it('has the same digest after our own mark, and another after an edit', () => {
    const digestOf = (dynamicBusinessData: JsonObject[], fields: JsonObject): string =>
      toInteraction(
        payload([row('100', { lastUpdateTime: new Date().toISOString(), ...fields })], {
          playback: {
            value: { interactions: [played('s1', 'https://cdn.test/1', { dynamicBusinessData })] },
          },
        }),
        options,
      ).contentDigest([]);
    const marked = [{ id: 'archival_status', value: 'archived' }];
    expect(digestOf(marked, {})).toBe(digestOf([], {}));
    expect(digestOf([], { dispositionNotes: 'edit' })).not.toBe(digestOf([], {}));
  });
});

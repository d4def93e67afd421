import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from '@cxvault/cxone-simulator';
import { hour, openPlatform, plain, start, window } from './platform-visitor.ts';
import type { PlaybackDocument } from './platform-visitor.ts';
import { stoppedClock } from './simulators.ts';
import { ask } from './visitor.ts';

const login = { tokenSeconds: 10_000_000 };

async function tenant(interactions: number, contacts: object = {}, more: SimulatorOptions = {}) {
  const clock = stoppedClock(start);
  const opened = await openPlatform({
    now: clock.now,
    login,
    population: { interactions, spanMs: 0, newestAgeMs: hour },
    ...more,
    platform: { ...plain, ...more.platform, contacts: { ...plain.contacts, ...contacts } },
  });
  return { ...opened, clock };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('playback', () => {
  it('gives every recording of every leg, with segments, under either name', async () => {
    const { visitor, simulator } = await tenant(40, { manyLegs: 0.5 });
    const spellings = new Set<string>();
    const perLeg = new Set<number>();
    const kinds = new Set<string>();
    const first = new Set<string>();
    for (const row of simulator.truthRows({ hashes: true })) {
      const document = (await visitor.askPlayback(row.id)).json() as PlaybackDocument;
      for (const name of ['interactions', 'Interactions']) if (name in document) spellings.add(name);
      const interactions = document.interactions ?? document.Interactions ?? [];
      expect(interactions.every(({ data }) => data.segmentsDataList.length > 0)).toBe(true);
      perLeg.add(interactions.length / row.legs.length);
      const hashes = [];
      for (const { mediaType, data } of interactions) {
        kinds.add(mediaType);
        const { body, status } = await ask(data.fileToPlayUrl ?? '');
        expect(status).toBe(200);
        first.add(body.toString('latin1', 0, 4) === 'RIFF' ? 'RIFF' : body.toString('latin1', 4, 8));
        hashes.push(sha256(body));
      }
      expect(hashes).toEqual(row.media.filter(({ kind }) => kind === 'recording').map((one) => one.sha256));
    }
    expect(spellings).toEqual(new Set(['interactions', 'Interactions']));
    expect(kinds).toEqual(new Set(['voice-only', 'voice-and-screen']));
    expect(first).toEqual(new Set(['ftyp', 'RIFF']));
    expect([Math.min(...perLeg), Math.max(...perLeg)]).toEqual([1, 2]);
  });

  it('knows recordings by the master contact only, and gives a plain address for a download', async () => {
    const { visitor, simulator } = await tenant(1, { only: { 0: { legs: 2 } } });
    const [row] = [...simulator.truthRows({ hashes: true })];
    expect((await visitor.askPlayback(row?.legs[1]?.id ?? '')).status).toBe(404);
    expect((await visitor.askPlayback('')).status).toBe(400);
    const { redirectUrl } = (await visitor.askPlayback(row?.id ?? '', '&isDownload=true')).json() as {
      redirectUrl: string;
    };
    expect(sha256((await ask(redirectUrl)).body)).toBe(row?.media[0]?.sha256);
  });

  it('signs addresses of another origin that expire, and counts tokens that are sent there', async () => {
    const { visitor, simulator, clock } = await tenant(1);
    const url = (await visitor.playback(await visitor.idOf(0)))[0]?.data.fileToPlayUrl ?? '';
    const { hostname, port, pathname } = new URL(url);
    expect([hostname, port === new URL(visitor.url).port]).toEqual(['localhost', false]);
    expect(pathname).toMatch(/\.mp4$/);
    const { status, headers } = await ask(url);
    expect([status, headers['content-type']]).toEqual([200, 'video/mp4']);
    expect(simulator.stats().bearerLeaks).toBe(0);
    expect((await visitor.ask(url)).status).toBe(400);
    expect(simulator.stats().bearerLeaks).toBe(1);
    expect((await ask(url.replace(/signature=.{4}/, 'signature=AAAA'))).status).toBe(403);
    clock.time += 60_000;
    expect((await ask(url)).status).toBe(403);
    expect((await ask(visitor.url + pathname)).status).toBe(404);
  });

  it('throttles above its limit in any window, without saying for how long', async () => {
    const playbackLimit = { requests: 3, seconds: 300 };
    const { visitor, simulator, clock } = await tenant(1, {}, { platform: { playbackLimit } });
    const id = await visitor.idOf(0);
    const ask4 = async () => {
      const statuses = [];
      for (let n = 0; n < 4; n += 1) statuses.push((await visitor.askPlayback(id)).status);
      return statuses;
    };
    expect(await ask4()).toEqual([200, 200, 200, 429]);
    const reply = await visitor.askPlayback(id);
    expect([reply.json(), reply.headers['retry-after']]).toEqual([
      { message: 'Too Many Requests', route: '/media-playback/v1/contacts' },
      undefined,
    ]);
    expect(simulator.stats().playback).toEqual({ maxInWindow: 5, windowSeconds: 300 });
    clock.time += 300_000;
    expect(await ask4()).toEqual([200, 200, 200, 429]);
    const free = await tenant(1, {}, { platform: { playbackLimit: { requests: 0 } } });
    const freeId = await free.visitor.idOf(0);
    for (let n = 0; n < 160; n += 1) expect((await free.visitor.askPlayback(freeId)).status).toBe(200);
  });

  it('has late recordings later: nothing, or an interaction without an address', async () => {
    const only = { 0: { lateRecording: 'missing' }, 1: { lateRecording: 'bare' } };
    const { visitor, simulator, clock } = await tenant(2, { only });
    const [missing, bare] = [await visitor.idOf(0), await visitor.idOf(1)];
    expect((await visitor.askPlayback(missing)).status).toBe(404);
    expect((await visitor.playback(bare)).map(({ data }) => data.fileToPlayUrl)).toEqual(
      (await visitor.playback(bare)).map(() => undefined),
    );
    expect((await visitor.askPlayback(bare, '&isDownload=true')).status).toBe(404);
    expect(simulator.truth().media.states).toEqual({ late: expect.any(Number) });
    const rows = await visitor.list(window(start - 48 * hour, start));
    clock.time += 6 * hour;
    for (const id of [missing, bare]) {
      for (const { data } of await visitor.playback(id)) expect(data.fileToPlayUrl).toContain('http');
    }
    expect(await visitor.list(window(start - 48 * hour, start))).toEqual(rows);
    expect(simulator.truth().media.states).toEqual({ given: expect.any(Number) });
    const bumping = await tenant(
      1,
      { only: { 0: { lateRecording: 'bare' } } },
      { platform: { list: { visibleAfterMs: 0, readyBumps: true } } },
    );
    bumping.clock.time += 6 * hour;
    const [bumped] = await bumping.visitor.list(window(start - 48 * hour, start));
    expect(bumped?.lastUpdateTime).toBe(new Date(start + 5 * hour).toISOString());
  });

  it('loses purged recordings before the late edit', async () => {
    const only = { 0: { purged: true, edited: true } };
    const { visitor, simulator, clock } = await tenant(1, { only, editedAfterMs: 10 * hour });
    const id = await visitor.idOf(0);
    const url = (await visitor.playback(id))[0]?.data.fileToPlayUrl ?? '';
    clock.time += 4 * hour;
    expect((await visitor.askPlayback(id)).status).toBe(404);
    expect((await ask(url)).status).toBe(403);
    expect(simulator.truth().media.states).toEqual({ purged: expect.any(Number) });
    expect((await visitor.list(window(start - 48 * hour, start)))[0]?.primaryDispositionId).toBe(0);
    clock.time += 5 * hour;
    expect((await visitor.list(window(start - 48 * hour, start)))[0]?.primaryDispositionId).toBe(101);
  });

  it('breaks off bodies by fault, and counts what went out whole', async () => {
    const { visitor, simulator } = await tenant(1, { only: { 0: { mediaTypeId: 5 } } });
    const [row] = [...simulator.truthRows()];
    const medium = row?.media[0]?.id ?? '';
    const url = (await visitor.playback(row?.id ?? ''))[0]?.data.fileToPlayUrl ?? '';
    for (const fault of ['cutBody', 'resetBody', 'resetBefore']) {
      simulator.configure({ [fault]: { rate: 1, families: ['media'] } });
      await expect(ask(url)).rejects.toThrow();
    }
    simulator.configure({});
    await ask(url);
    const stats = simulator.stats(true);
    expect(stats.resources?.[`media ${medium}`]).toEqual({
      requests: 4,
      whole: 1,
      statuses: { 200: 3, none: 1 },
    });
    expect(stats.kinds['media']).toMatchObject({ requests: 4, different: 1, wholeTwice: 0 });
    await ask(url);
    expect(simulator.stats().kinds['media']).toMatchObject({ wholeTwice: 1, mostForOne: 5 });
    simulator.configure({ mediaDenied: [medium] });
    expect((await ask(url)).status).toBe(403);
    simulator.configure({ mediaMissing: [medium] });
    expect((await ask(url)).status).toBe(404);
  });
});

describe('the mark by business data', () => {
  it('is kept, shows in playback, and bumps lastUpdateTime of all legs', async () => {
    const { visitor, simulator, clock } = await tenant(1, { only: { 0: { legs: 2 } } });
    const id = await visitor.idOf(0);
    clock.time += hour;
    const marked = await visitor.mark(id);
    expect([marked.status, marked.text]).toEqual([204, '']);
    const [interaction] = await visitor.playback(id);
    expect(interaction?.dynamicBusinessData).toEqual([{ id: 'archival_status', value: 'archived' }]);
    const rows = await visitor.list(window(start - 48 * hour, start));
    const now = new Date(clock.time).toISOString();
    expect(rows.map(({ lastUpdateTime }) => lastUpdateTime)).toEqual([now, now]);
    expect([...simulator.truthRows()][0]).toMatchObject({ marked: 'archived', markable: true });
    expect(simulator.truth().marked).toBe(1);
    const quiet = await tenant(1, {}, { platform: { list: { visibleAfterMs: 0, markBumps: false } } });
    const before = await quiet.visitor.list(window(start - 48 * hour, start));
    quiet.clock.time += hour;
    await quiet.visitor.mark(await quiet.visitor.idOf(0));
    expect(await quiet.visitor.list(window(start - 48 * hour, start))).toEqual(before);
  });

  it('is refused without recordings, and for fields that do not exist', async () => {
    const { visitor } = await tenant(2, { only: { 0: { mediaTypeId: 3 } } });
    expect((await visitor.mark(await visitor.idOf(0))).status).toBe(404);
    const unknown = await visitor.mark(await visitor.idOf(1), 'colour');
    expect([unknown.status, unknown.json()]).toEqual([400, { message: 'the field colour does not exist' }]);
    const path = `/business-data-manager/v1/business-data/contact/${await visitor.idOf(1)}`;
    expect((await visitor.ask(path, { method: 'PUT', body: '{}' })).status).toBe(400);
  });
});

describe('digital contacts', () => {
  interface Message {
    readonly id: string;
    readonly messageContent: { readonly payload: { readonly text: string } };
    readonly attachments: readonly { readonly url: string }[];
    readonly hasAdditionalMessageContent: boolean;
    readonly contentRemoved?: { readonly reason: string };
  }

  it('have messages, some cut, some removed, with attachments here and elsewhere', async () => {
    const { visitor, simulator } = await tenant(30, { mediaTypes: [9] });
    const seen = { cut: 0, removed: 0, here: 0, elsewhere: 0 };
    for (const row of simulator.truthRows({ hashes: true, values: true })) {
      const path = `/dfo/3.0/contacts/${row.id}`;
      expect((await visitor.ask(path)).json()).toMatchObject({ contactId: row.id, status: 'closed' });
      const listed = (await visitor.ask(`${path}/messages`)).json() as { hits: number; data: Message[] };
      expect(listed.hits).toBe(listed.data.length);
      const hashes = [];
      const whole = [];
      for (const message of listed.data) {
        const single = (await visitor.ask(`/dfo/3.0/messages/${message.id}`)).json() as Message;
        expect(single.hasAdditionalMessageContent).toBe(false);
        whole.push(single);
        if (message.hasAdditionalMessageContent) {
          seen.cut += 1;
          const { text } = single.messageContent.payload;
          expect(text.startsWith(message.messageContent.payload.text)).toBe(true);
        }
        if (message.contentRemoved !== undefined) seen.removed += 1;
        for (const { url } of message.attachments) {
          const isHere = url.startsWith(visitor.url);
          seen[isHere ? 'here' : 'elsewhere'] += 1;
          if (isHere) expect((await ask(url)).status).toBe(401);
          hashes.push(sha256((isHere ? await visitor.ask(url) : await ask(url)).body));
        }
      }
      expect(hashes).toEqual(row.media.filter(({ kind }) => kind === 'attachment').map((one) => one.sha256));
      const { value } = row.media.find(({ kind }) => kind === 'messages') ?? {};
      const data = whole.map((message) => ({
        ...message,
        attachments: message.attachments.map((one) => ({ ...one, url: one.url.replace(/\?.*/, '') })),
      }));
      expect(value).toEqual({ hits: listed.hits, data });
    }
    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  });

  it('are marked in custom fields', async () => {
    const { visitor } = await tenant(2, { mediaTypes: [9, 4] });
    const put = (id: string, ident: string) =>
      visitor.ask(`/dfo/3.0/contacts/${id}/custom-fields`, {
        method: 'PUT',
        body: JSON.stringify([{ ident, value: 'archived' }]),
      });
    const id = await visitor.idOf(0);
    expect((await put(id, 'archival_status')).status).toBe(204);
    expect((await visitor.ask(`/dfo/3.0/contacts/${id}`)).json()).toMatchObject({
      customFields: [{ ident: 'archival_status', value: 'archived' }],
    });
    const unknown = await put(id, 'colour');
    expect([unknown.status, unknown.json()]).toMatchObject([
      400,
      { errors: [{ errorCode: 'INVALID_FIELD' }] },
    ]);
    expect((await put(await visitor.idOf(1), 'archival_status')).status).toBe(404);
  });
});

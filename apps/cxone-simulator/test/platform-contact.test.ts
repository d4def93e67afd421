import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hour, openPlatform, plain, readIds, start } from './platform-visitor.ts';
import type { PlatformVisitor } from './platform-visitor.ts';
import { stoppedClock } from './simulators.ts';

const login = { tokenSeconds: 10_000_000 };

/** Contacts 0 to 7: one of each media type, in this order. */
const types = [4, 3, 1, 5, 6, 7, 8, 9] as const;

async function oneOfEach(platform: object = {}, more: object = {}) {
  const clock = stoppedClock(start);
  const contacts = { ...plain.contacts, mediaTypes: [...types] };
  const opened = await openPlatform({
    now: clock.now,
    login,
    population: { interactions: 8, spanMs: 24 * hour },
    platform: { ...plain, contacts, ...platform },
    ...more,
  });
  const ids: string[] = [];
  for (const n of types.keys()) ids.push(await opened.visitor.idOf(n));
  const id = (type: (typeof types)[number]) => ids[types.indexOf(type)] ?? '';
  return { ...opened, clock, id };
}

async function statuses(visitor: PlatformVisitor, paths: readonly string[]): Promise<number[]> {
  const all: number[] = [];
  for (const path of paths) all.push((await visitor.acd(path)).status);
  return all;
}

describe('a contact', () => {
  it('is an object called contactId, with the fields of its row', async () => {
    const { visitor, id } = await oneOfEach();
    const answer = readIds((await visitor.acd(`/contacts/${id(4)}`)).text);
    expect(answer).toMatchObject({ contactId: { contactId: id(4), stateName: 'Released', mediaTypeId: 4 } });
    expect((await visitor.acd('/contacts/698999999999')).status).toBe(404);
  });

  it('has a hierarchy by the id of any leg', async () => {
    const contacts = { ...plain.contacts, only: { 0: { legs: 4 } } };
    const { visitor, simulator } = await oneOfEach({ contacts });
    const [row] = [...simulator.truthRows()];
    const legs = row?.legs.map(({ id }) => id) ?? [];
    expect(legs).toHaveLength(4);
    for (const id of [legs[0], legs[3]]) {
      const hierarchy = readIds((await visitor.acd(`/contacts/${id ?? ''}/hierarchy`)).text) as {
        masterContactId: string;
        childContacts: { contactId: string }[];
      };
      expect(hierarchy.masterContactId).toBe(row?.id);
      expect(hierarchy.childContacts.map(({ contactId }) => contactId)).toEqual(legs);
    }
  });

  it('has custom data or none, and its states', async () => {
    const { visitor, simulator } = await openPlatform({ population: { interactions: 30 } });
    const answers = [];
    for (const { id } of simulator.truthRows())
      answers.push(await visitor.acd(`/contacts/${id}/custom-data`));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204]));
    expect(answers.find(({ status }) => status === 200)?.text).toContain('"contactCustomData"');
    const id = await visitor.idOf(0);
    expect((await visitor.acd(`/contacts/${id}/state-history`)).json()).toMatchObject({
      contactStateHistory: [{ stateIndex: 0 }, { stateIndex: 1 }, { contactStateName: 'Released' }],
    });
    expect((await visitor.acd(`/contacts/${id}/statehistory`)).status).toBe(200);
  });

  it('has the transcript of its type, and 404 for the others', async () => {
    const { visitor, id } = await oneOfEach();
    const paths = (of: string) =>
      ['historical-chat-transcript', 'email-transcript?includeAttachments=true', 'sms-transcripts'].map(
        (name) => `/contacts/${of}/${name}`,
      );
    expect(await statuses(visitor, paths(id(3)))).toEqual([200, 404, 404]);
    expect(await statuses(visitor, paths(id(1)))).toEqual([404, 200, 404]);
    expect(await statuses(visitor, paths(id(7)))).toEqual([404, 404, 200]);
    expect(await statuses(visitor, paths(id(4)))).toEqual([404, 404, 404]);
    const chat = (await visitor.acd(`/contacts/${id(3)}/historical-chat-transcript`)).json();
    expect(chat).toHaveProperty('transcript.transcript.0.PartyType', 'Client');
  });

  it('has SMS transcripts page by page when asked', async () => {
    const { visitor, id } = await oneOfEach();
    interface Sms {
      readonly totalRecords: number;
      readonly _links: { readonly next: string };
      readonly smsTranscripts: readonly object[];
    }
    const whole = (await visitor.acd(`/contacts/${id(7)}/sms-transcripts`)).json() as Sms;
    expect(whole.smsTranscripts).toHaveLength(whole.totalRecords);
    let page = (await visitor.acd(`/contacts/${id(7)}/sms-transcripts?top=2`)).json() as Sms;
    const all = [...page.smsTranscripts];
    while (page._links.next !== '') {
      page = (await visitor.ask(page._links.next)).json() as Sms;
      all.push(...page.smsTranscripts);
    }
    expect(all).toEqual(whole.smsTranscripts);
    expect(whole.totalRecords).toBeGreaterThan(2);
  });

  it('has files in base64, one of them of several megabytes', async () => {
    const contacts = { ...plain.contacts, mediaTypes: [1], only: { 0: { bigFile: true } } };
    const { visitor, simulator } = await oneOfEach({ contacts });
    const row = [...simulator.truthRows({ hashes: true })][0];
    const file = row?.media.find(({ kind }) => kind === 'file');
    expect(file?.bytes).toBe(5_000_000);
    const listed = readIds((await visitor.acd(`/contacts/${row?.id ?? ''}/files`)).text) as {
      files: { fullFileName: string; size: number }[];
    };
    const name = listed.files[0]?.fullFileName ?? '';
    const reply = await visitor.acd(`/files?fileName=${encodeURIComponent(name)}`);
    expect(Number(reply.headers['content-length'])).toBe(reply.body.length);
    const { files } = reply.json() as { files: { file: string; fileName: string } };
    expect(files.fileName).toBe(name);
    expect(sha256(Buffer.from(files.file, 'base64'))).toBe(file?.sha256);
    expect((await visitor.acd('/files?fileName=nothing')).status).toBe(404);
    expect(simulator.stats(true).resources?.[`file ${file?.id ?? ''}`]).toMatchObject({ whole: 1 });
  });
});

describe('what a role does not permit', () => {
  it('is a 403 capability by capability', async () => {
    const { visitor, simulator, id } = await oneOfEach();
    const asked: Readonly<Record<string, () => Promise<{ status: number }>>> = {
      completed: () => visitor.askList({ updatedSince: new Date(start - hour).toISOString() }),
      contact: () => visitor.acd(`/contacts/${id(4)}`),
      'custom-data': () => visitor.acd(`/contacts/${id(4)}/custom-data`),
      'state-history': () => visitor.acd(`/contacts/${id(4)}/state-history`),
      hierarchy: () => visitor.acd(`/contacts/${id(4)}/hierarchy`),
      'chat-transcript': () => visitor.acd(`/contacts/${id(3)}/historical-chat-transcript`),
      'email-transcript': () => visitor.acd(`/contacts/${id(1)}/email-transcript`),
      'sms-transcripts': () => visitor.acd(`/contacts/${id(7)}/sms-transcripts`),
      files: () => visitor.acd(`/contacts/${id(1)}/files`),
      file: () => visitor.acd('/files?fileName=x'),
      playback: () => visitor.askPlayback(id(4)),
      'business-data': () => visitor.mark(id(4)),
      dfo: () => visitor.ask(`/dfo/3.0/contacts/${id(9)}/messages`),
      'dfo-mark': () =>
        visitor.ask(`/dfo/3.0/contacts/${id(9)}/custom-fields`, { method: 'PUT', body: '[]' }),
    };
    for (const denied of Object.keys(asked)) {
      simulator.configure({ deniedCapabilities: [denied as 'dfo'] });
      for (const [capability, request] of Object.entries(asked)) {
        const { status } = await request();
        expect([denied, capability, status === 403]).toEqual([denied, capability, denied === capability]);
      }
    }
  });

  it('is also single contacts, by id', async () => {
    const { visitor, simulator, id } = await oneOfEach();
    simulator.configure({ denied: [id(4)], missing: [id(9)], locked: [id(5)] });
    expect((await visitor.askPlayback(id(4))).status).toBe(403);
    expect((await visitor.acd(`/contacts/${id(4)}/hierarchy`)).status).toBe(403);
    expect((await visitor.ask(`/dfo/3.0/contacts/${id(9)}`)).status).toBe(404);
    expect((await visitor.mark(id(5))).status).toBe(403);
    expect(simulator.truth()).toMatchObject({ total: 8, given: 6, denied: 1, notFound: 1 });
  });
});

describe('errors', () => {
  it('come in the shape of each API, those of the ACD also in a header alone', async () => {
    const { visitor, simulator, id } = await oneOfEach();
    const forms = new Set<string>();
    for (let n = 0; n < 20; n += 1) {
      const { headers, text } = await visitor.acd('/contacts/698999999999');
      forms.add(text === '' ? `header: ${String(headers['icstatusdescription'])}` : text);
    }
    expect([...forms].sort()).toEqual([
      'header: Contact not found',
      '{"error":"not_found","errorDescription":"Contact not found"}',
      '{"error":"not_found","error_description":"Contact not found"}',
    ]);
    expect((await visitor.askPlayback('1')).json()).toEqual({
      internalCode: 'NOT_FOUND',
      message: 'Interaction Not Found',
    });
    expect((await visitor.mark('1')).json()).toEqual({ message: 'Contact not found' });
    expect((await visitor.ask(`/dfo/3.0/contacts/${id(4)}`)).json()).toMatchObject({
      errors: [{ message: 'Contact not found' }],
      uid: 'sim',
    });
    simulator.configure({ throttle: { rate: 1, families: ['playback', 'detail'], retryAfter: 'seconds' } });
    const throttled = await visitor.askPlayback(id(4));
    expect([throttled.status, throttled.headers['retry-after']]).toEqual([429, undefined]);
    expect(throttled.json()).toEqual({ message: 'Too Many Requests', route: '/media-playback/v1/contacts' });
    expect((await visitor.acd(`/contacts/${id(4)}`)).headers['retry-after']).toBe('1');
  });

  it('are thrown by the dice at all families', async () => {
    const { visitor, simulator, id } = await oneOfEach();
    simulator.configure({ serverError: 1 });
    const replies = [
      await visitor.askList({ updatedSince: new Date(start).toISOString() }),
      await visitor.acd(`/contacts/${id(4)}`),
      await visitor.askPlayback(id(4)),
      await visitor.mark(id(4)),
      await visitor.ask(`/dfo/3.0/contacts/${id(9)}`),
      await visitor.askToken({}),
    ];
    expect(replies.every(({ status }) => status >= 500)).toBe(true);
    const { families, faults } = simulator.stats();
    expect(faults).toEqual({ serverError: 6 });
    expect(Object.values(families).map(({ requests }) => requests)).toEqual([2, 1, 1, 0, 1, 1, 1]);
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

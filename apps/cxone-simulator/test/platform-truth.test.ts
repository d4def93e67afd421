import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { PlatformSimulator } from '@cxvault/cxone-simulator';
import { hour, openPlatform, readIds, start, window } from './platform-visitor.ts';
import type { PlatformVisitor } from './platform-visitor.ts';
import { stoppedClock } from './simulators.ts';
import { ask } from './visitor.ts';
import type { Reply } from './visitor.ts';

const day = 24 * hour;

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a visitor who asks until it succeeds finds; media by the names that the truth gives them. */
class Crawl {
  readonly hashes = new Map<string, string>();
  readonly #visitor: PlatformVisitor;

  constructor(visitor: PlatformVisitor) {
    this.#visitor = visitor;
  }

  async contact(id: string, legs: readonly string[]): Promise<void> {
    for (const { data } of await this.#playback(id)) {
      const url = data.fileToPlayUrl;
      if (url !== undefined) this.#keep(nameIn(url), await until(() => ask(url)));
    }
    for (const leg of legs) {
      await this.#transcript('chat-transcript', leg, 'historical-chat-transcript');
      await this.#transcript('email-transcript', leg, 'email-transcript?includeAttachments=true');
      await this.#transcript('sms-transcripts', leg, 'sms-transcripts');
      await this.#files(leg);
    }
  }

  async #playback(id: string): Promise<{ data: { fileToPlayUrl?: string } }[]> {
    const reply = await until(() => this.#visitor.askPlayback(id));
    const document = reply.json() as Record<string, { data: { fileToPlayUrl?: string } }[]>;
    return document['interactions'] ?? document['Interactions'] ?? [];
  }

  async #transcript(kind: string, leg: string, path: string): Promise<void> {
    const reply = await until(() => this.#visitor.acd(`/contacts/${leg}/${path}`));
    if (reply.status !== 200) return;
    const body = reply.text.replace(/"_links":\{[^}]*\},/, '');
    this.hashes.set(`${kind}:${leg}`, sha256(Buffer.from(body)));
  }

  async #files(leg: string): Promise<void> {
    const list = await until(() => this.#visitor.acd(`/contacts/${leg}/files`));
    if (list.status !== 200) return;
    const { files } = readIds(list.text) as { files: { fullFileName: string }[] };
    for (const [n, { fullFileName }] of files.entries()) {
      const path = `/files?fileName=${encodeURIComponent(fullFileName)}`;
      const reply = await until(() => this.#visitor.acd(path));
      if (reply.status !== 200) continue;
      const document = reply.json() as { files: { file: string } };
      this.hashes.set(`file:${leg}.${String(n)}`, sha256(Buffer.from(document.files.file, 'base64')));
    }
  }

  #keep(name: string, { status, body }: Reply): void {
    if (status === 200) this.hashes.set(name, sha256(body));
  }
}

/** Asks again as long as the tenant stumbles. */
async function until(request: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await request().catch(() => undefined);
    const isPage = reply?.headers['content-type']?.startsWith('text/html') === true;
    if (reply !== undefined && reply.status < 429 && !isPage) return reply;
  }
}

function nameIn(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replace(/\.mp4$/, '');
}

async function opened() {
  const clock = stoppedClock(start);
  return openPlatform({
    now: clock.now,
    population: { interactions: 120 },
    media: { bytes: [100, 5000] },
    platform: { playbackLimit: { requests: 0 }, contacts: { bigFileBytes: 200_000 } },
  });
}

function expected(simulator: PlatformSimulator): Map<string, string | undefined> {
  const rows = [...simulator.truthRows({ hashes: true })].filter(({ mediaTypeId }) => mediaTypeId !== 9);
  const media = rows.flatMap((row) => row.media).filter(({ available }) => available === true);
  return new Map(media.map(({ id, sha256: hash }) => [id, hash]));
}

describe('the truth of the profile platform', () => {
  it('is what an exhaustive crawl finds, also when the tenant stumbles', async () => {
    const { visitor, simulator } = await opened();
    const faults = { serverError: 0.02, throttle: 0.02, resetBefore: 0.02, cutBody: 0.02, html200: 0.02 };
    const rows = await visitor.list(window(start - 30.9 * day, start));
    simulator.configure({ ...faults, mediaDenied: 0.05, mediaMissing: 0.05 });
    const crawl = new Crawl(visitor);
    const legs = Map.groupBy(rows, ({ masterContactId }) => masterContactId);
    for (const [id, of] of legs) {
      const isDigital = of[0]?.mediaTypeId === 9;
      if (!isDigital)
        await crawl.contact(
          id,
          of.map(({ contactId }) => contactId),
        );
    }
    expect(crawl.hashes.size).toBeGreaterThan(100);
    expect([...crawl.hashes].sort()).toEqual([...expected(simulator)].sort());
    expect([...legs.keys()].sort()).toEqual([...simulator.truthRows()].map(({ id }) => id).sort());
    const { kinds } = simulator.stats();
    expect(kinds['media']?.wholeTwice).toBe(0);
    expect(kinds['playback']?.different).toBe(
      legs.size - [...simulator.truthRows()].filter((r) => r.mediaTypeId === 9).length,
    );
  });

  it('is the same from the same seed, over HTTP too', async () => {
    const [one, two] = [await opened(), await opened()];
    const rows = (simulator: PlatformSimulator) => [...simulator.truthRows({ hashes: true })];
    const digital = (simulator: PlatformSimulator) =>
      rows(simulator).filter(({ mediaTypeId }) => mediaTypeId !== 9);
    expect(digital(two.simulator)).toEqual(digital(one.simulator));
    const { text } = await one.visitor.control('GET', '/__truth?full=1&hashes=1');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual(JSON.parse(JSON.stringify(rows(one.simulator))));
    expect((await one.visitor.control('GET', '/__truth')).json()).toEqual(one.simulator.truth());
  });

  it('says when content changed last', async () => {
    const { visitor, simulator } = await opened();
    const id = await visitor.idOf(5);
    const changed = () => [...simulator.truthRows()].find((row) => row.id === id)?.contentChanged;
    const before = changed();
    await visitor.control('POST', '/__edit', { id, change: 'touch' });
    await visitor.mark(id);
    expect(changed()).toBe(before);
    await visitor.control('POST', '/__edit', { id, change: 'note' });
    expect(changed()).toBe(new Date(start).toISOString());
  });
});

describe('the statistics of the profile platform', () => {
  it('count by kind and by thing, and begin anew', async () => {
    const { visitor, simulator } = await opened();
    const id = await visitor.idOf(0);
    await visitor.acd(`/contacts/${id}/hierarchy`);
    await visitor.acd(`/contacts/${id}/hierarchy`);
    await visitor.askPlayback('1');
    const stats = (await visitor.control('GET', '/__stats?details=1')).json();
    expect(stats).toEqual(JSON.parse(JSON.stringify(simulator.stats(true))));
    expect(stats).toMatchObject({
      requests: { token: 1, detail: 2, playback: 1 },
      kinds: {
        hierarchy: { requests: 2, different: 1, mostForOne: 2, wholeTwice: 1, statuses: { 200: 2 } },
        playback: { requests: 1, statuses: { 404: 1 } },
      },
      playback: { maxInWindow: 1, windowSeconds: 300 },
      acd: { maxInWindow: 2, windowSeconds: 1 },
      businessData: { maxInWindow: 0, windowSeconds: 1 },
      resources: { [`hierarchy ${id}`]: { requests: 2, whole: 2 } },
    });
    await visitor.control('DELETE', '/__stats');
    expect(simulator.stats(true)).toMatchObject({ kinds: {}, resources: {}, playback: { maxInWindow: 0 } });
  });
});

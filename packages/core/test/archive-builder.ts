import { createHash } from 'node:crypto';

import { newId, SegmentSealer, sealMedium } from '@cxvault/crypto-codec';
import type { SealOptions } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit';

import { createArchive } from '../src/archive.ts';
import type { Archive, Unlock } from '../src/archive.ts';
import { systemClock } from '../src/clock.ts';
import type { ArchivedInteraction, ArchivedMedium, EntryObject, EntryRef } from '../src/journal-entry.ts';
import { JournalWriter } from '../src/journal.ts';
import type { KeyAllocator } from '../src/key-ring.ts';
import { mediumKey, segmentKey } from '../src/layout.ts';

/** An interaction as a test wants it archived. */
export interface TestInteraction {
  readonly id: string;
  readonly created?: string;
  readonly updated?: string;
  readonly media?: readonly TestMedium[];
  /** Media of an earlier version that are referenced again. */
  readonly carried?: readonly ArchivedMedium[];
  /** Something else than a record in its line. */
  readonly line?: string;
  /** More of the record, to make it long. */
  readonly payload?: Record<string, string>;
}

export interface TestMedium {
  readonly id: string;
  readonly content: Uint8Array;
  readonly contentType?: string;
  readonly format?: string;
  /** What the record and journal say, where that is to differ from the object. */
  readonly claimed?: Partial<ArchivedMedium>;
}

export interface BuilderOptions {
  readonly store?: ObjectStore;
  readonly compression?: 'zstd' | 'none';
  readonly storedAt?: Date;
}

/** Key files open at once: deriving a key from a password takes a third of a second. */
export const testUnlock: Unlock = { keyFile: Buffer.alloc(32, 7) };

export const testSource = { system: 'cxone', profile: 'interactions', tenant: 'test' };

/** What an entry says of a segment. */
export interface CommittedLists {
  readonly objects: EntryObject[];
  readonly archived: ArchivedInteraction[];
}

/** Writes archives with the real journal and codec, entry by entry. */
export class ArchiveBuilder {
  readonly archive: Archive;
  readonly #options: Required<BuilderOptions>;

  static async create(options: BuilderOptions = {}): Promise<ArchiveBuilder> {
    const store = options.store ?? new MemoryStore();
    const archive = await createArchive(store, { unlock: testUnlock });
    const filled = {
      compression: 'zstd',
      storedAt: new Date('2026-01-02T03:04:05Z'),
      ...options,
      store,
    } as const;
    return new ArchiveBuilder(archive, filled);
  }

  constructor(archive: Archive, options: Required<BuilderOptions>) {
    this.archive = archive;
    this.#options = options;
  }

  run(heads: readonly EntryRef[] = []): TestRun {
    return new TestRun(this.archive, this.#options, heads);
  }
}

/** One run: each `archive` call is one segment and one entry. */
export class TestRun {
  readonly runId = newId();
  readonly #archive: Archive;
  readonly #options: Required<BuilderOptions>;
  readonly #writer: JournalWriter;
  readonly #keys: KeyAllocator;
  last: EntryRef | undefined;

  constructor(archive: Archive, options: Required<BuilderOptions>, heads: readonly EntryRef[]) {
    this.#archive = archive;
    this.#options = options;
    this.#keys = archive.keys.writer();
    this.#writer = new JournalWriter(archive, {
      runId: this.runId,
      source: testSource,
      heads,
      tool: { name: 'test', version: '0' },
      clock: systemClock,
    });
  }

  /** Stores a segment and its media, and journals them; `change` makes the journal say something else. */
  async archive(
    interactions: readonly TestInteraction[],
    change: (lists: CommittedLists) => CommittedLists = (lists) => lists,
  ): Promise<{ segment: string; archived: ArchivedInteraction[] }> {
    const objects: EntryObject[] = [];
    const media = new Map<string, { sealed: TestMedium; stored: ArchivedMedium }[]>();
    for (const interaction of interactions)
      media.set(interaction.id, await this.#media(interaction, objects));
    const sealer = new SegmentSealer(await this.#seal(segmentKey));
    const segment = sealer.objectKey;
    const archived = interactions.map((interaction) => {
      const stored = media.get(interaction.id) ?? [];
      const line = Buffer.from(interaction.line ?? JSON.stringify(recordOf(interaction, stored)));
      const { sha256 } = sealer.add(interaction.id, line);
      return {
        interaction_id: interaction.id,
        updated_time: interaction.updated ?? defaultTime,
        sha256,
        content: `v1:${sha256}`,
        segment,
        media: [...stored.map((medium) => medium.stored), ...(interaction.carried ?? [])],
        absent: [],
      };
    });
    const { bytes, summary } = await sealer.finish();
    await this.#archive.store.put(segment, bytes, { ifAbsent: true });
    objects.push({ key: segment, kind: 1, bytes: summary.size, sha256: summary.sha256 });
    this.last = (await this.#writer.append(change({ objects, archived }))).ref;
    return { segment, archived };
  }

  /** An entry with whatever lists, for what `archive` does not do. */
  async append(...args: Parameters<JournalWriter['append']>): Promise<void> {
    this.last = (await this.#writer.append(...args)).ref;
  }

  /** The final entry and the report. */
  async finish(): Promise<void> {
    this.last = (await this.#writer.append({}, { final: true })).ref;
    await this.#writer.writeReport({ run_id: this.runId, successful_archives: 1 });
  }

  async #media(
    interaction: TestInteraction,
    objects: EntryObject[],
  ): Promise<{ sealed: TestMedium; stored: ArchivedMedium }[]> {
    const list: { sealed: TestMedium; stored: ArchivedMedium }[] = [];
    if (!interaction.media) return list;
    const options = await this.#seal(mediumKey);
    for (const medium of interaction.media) {
      const name = {
        interactionId: interaction.id,
        mediaId: medium.id,
        contentType: medium.contentType ?? 'application/octet-stream',
      };
      const sealing = sealMedium(piecesOf(medium.content), name, options);
      const chunks: Uint8Array[] = [];
      for await (const chunk of sealing.bytes) chunks.push(Buffer.from(chunk));
      await this.#archive.store.put(sealing.objectKey, Buffer.concat(chunks), { ifAbsent: true });
      const { objectKey: key, size, sha256, content } = sealing.summary();
      objects.push({ key, kind: 2, bytes: size, sha256 });
      list.push({
        sealed: medium,
        stored: { media_id: medium.id, object_key: key, ...content, ...medium.claimed },
      });
    }
    return list;
  }

  async #seal(name: (objectId: string, storedAt: Date) => string): Promise<SealOptions> {
    return {
      archiveId: this.#archive.id,
      key: await this.#keys.next(),
      objectKeyOf: (objectId) => name(objectId, this.#options.storedAt),
      compression: this.#options.compression,
    };
  }
}

export const defaultTime = '2026-01-01T10:00:00.000Z';

function recordOf(
  interaction: TestInteraction,
  media: readonly { sealed: TestMedium; stored: ArchivedMedium }[],
): unknown {
  return {
    interaction_id: interaction.id,
    type: 'voice',
    status: 'closed',
    created_time: interaction.created ?? defaultTime,
    updated_time: interaction.updated ?? defaultTime,
    participants: [],
    media_metadata: [
      ...media.map(({ sealed, stored }) => ({
        ...stored,
        content_type: sealed.contentType ?? 'application/octet-stream',
        format: sealed.format ?? null,
      })),
      ...(interaction.carried ?? []).map((medium) => ({ ...medium, removed_at_source: true })),
    ],
    source: { system: 'cxone', profile: 'interactions', payload: interaction.payload ?? {} },
  };
}

async function* piecesOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 65_536) {
    await Promise.resolve();
    yield content.subarray(at, at + 65_536);
  }
}

/** All objects below a prefix, for tests that tamper. */
export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

export async function bytesOf(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

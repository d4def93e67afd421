import { isCxvaultError } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyOptions } from '../src/verify/verify-archive.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { ArchiveBuilder, bytesOf, keysOf, testUnlock } from './archive-builder.ts';

/** All objects of an archive, by key. */
export type Objects = ReadonlyMap<string, Uint8Array>;

export async function objectsOf(store: MemoryStore): Promise<Map<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for (const key of await keysOf(store)) objects.set(key, await bytesOf(store, key));
  return objects;
}

/** The objects with some replaced, or removed where the change is undefined. */
export async function storeWith(
  objects: Objects,
  changes: Readonly<Record<string, Uint8Array | undefined>>,
): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const [key, bytes] of new Map<string, Uint8Array | undefined>([
    ...objects,
    ...Object.entries(changes),
  ])) {
    if (bytes) await store.put(key, bytes);
  }
  return store;
}

export function flipped(bytes: Uint8Array, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ mask, at);
  return copy;
}

/** What came of opening and verifying: a report, or the error's code and the object that it names. */
export type Verdict =
  { readonly report: VerifyReport } | { readonly code: string; readonly object: string | undefined };

export async function verdictOn(store: MemoryStore, options: Partial<VerifyOptions> = {}): Promise<Verdict> {
  let archive: Archive;
  try {
    archive = await openArchive(store, testUnlock);
  } catch (error) {
    if (!isCxvaultError(error)) throw error;
    const object = error.context['object_key'];
    return { code: error.code, object: typeof object === 'string' ? object : undefined };
  }
  return { report: await verifyArchive(archive, { archive: 'memory', ...options }) };
}

/** What a tiny archive holds, and where. */
export interface TinyArchive {
  readonly objects: Objects;
  /** Data objects and the interactions that each one costs. */
  readonly costs: ReadonlyMap<string, readonly string[]>;
  readonly runs: readonly string[];
}

/** Two runs, two segments, two media: as few bytes as have something of everything. */
export async function tinyArchive(): Promise<TinyArchive> {
  const store = new MemoryStore();
  const builder = await ArchiveBuilder.create({ store });
  const costs = new Map<string, readonly string[]>();
  const first = builder.run();
  const one = await first.archive([
    { id: 'a', media: [{ id: 'm', content: Buffer.from('sound') }] },
    { id: 'b' },
  ]);
  await first.finish();
  const second = builder.run(first.last && [first.last]);
  const two = await second.archive([{ id: 'c', media: [{ id: 'm', content: Buffer.from('other') }] }]);
  await second.finish();
  for (const { segment, archived } of [one, two]) {
    costs.set(
      segment,
      archived.map(({ interaction_id }) => interaction_id),
    );
    for (const { interaction_id, media } of archived) {
      for (const { object_key } of media) costs.set(object_key, [interaction_id]);
    }
  }
  return { objects: await objectsOf(store), costs, runs: [first.runId, second.runId] };
}

import { decodeHeader, headerSize, isCodecError } from '@cxvault/crypto-codec';
import type { ObjectHeader } from '@cxvault/crypto-codec';
import type { ObjectInfo } from '@cxvault/plugin-api';

import { eachAtOnce } from '../at-once.ts';
import { dataPrefix, ringKey, ringPrefix } from '../layout.ts';
import { classifyStoreError } from '../store-errors.ts';
import { objectIdOf } from '../verify/verify-plan.ts';
import type { Leftover, PruneContext } from './leftovers.ts';

const headersAtOnce = 32; // reads of 64 bytes, which only wait for the store

/** Ring objects that hold keys of nothing; or why that cannot be told. */
export interface UnusedRings {
  readonly rings: readonly Leftover[];
  /** Null when it could be told. */
  readonly kept: string | null;
}

/**
 * Finds ring objects whose keys no object uses that stays. Which keys an object uses only its header tells, so each
 * one's is read until every ring object is accounted for. Where one header is not there to be read, its object may
 * come back from a copy and need any of them: then all are kept.
 */
export async function findUnusedRings(
  context: PruneContext,
  leaves: (key: string) => boolean,
): Promise<UnusedRings> {
  const { all, old } = await listRings(context);
  if (old.size === 0) return { rings: [], kept: null };
  const used = new UsedRings(context, all, old);
  await eachAtOnce(
    staying(context, leaves, () => old.size > 0),
    headersAtOnce,
    (info) => used.note(info),
  );
  if (old.size === 0) return { rings: [], kept: null };
  const kept = used.untold ?? (used.named < context.catalog.livingObjectCount() ? missing : null);
  return { rings: kept === null ? [...old.values()] : [], kept };
}

const missing = 'an object that the journal names is missing, and may need any of them when it is put back';

async function listRings({
  archive,
  catalog,
  olderThan,
  signal,
}: PruneContext): Promise<{ all: Set<string>; old: Map<string, Leftover> }> {
  const all = new Set([archive.keys.journalKey.keyId]);
  const old = new Map<string, Leftover>();
  for await (const { key, size, modifiedAt } of archive.store.list(ringPrefix, {
    ...(signal && { signal }),
  })) {
    const keyId = objectIdOf(key);
    if (ringKey(keyId) !== key) continue; // another name: not a ring object of the format
    all.add(keyId);
    const kept = keyId === archive.keys.journalKey.keyId || catalog.isNamed(key);
    if (kept || modifiedAt.getTime() > olderThan) continue;
    old.set(keyId, { object_key: key, kind: 'ring', bytes: size, stored_at: modifiedAt.toISOString() });
  }
  return { all, old };
}

async function* staying(
  { archive, signal }: PruneContext,
  leaves: (key: string) => boolean,
  goOn: () => boolean,
): AsyncGenerator<ObjectInfo> {
  for await (const info of archive.store.list(dataPrefix, { ...(signal && { signal }) })) {
    signal?.throwIfAborted();
    if (!goOn()) return;
    if (!leaves(info.key)) yield info;
  }
}

/** Takes the ring objects off the list that the headers of objects name. */
class UsedRings {
  readonly #context: PruneContext;
  readonly #all: ReadonlySet<string>;
  readonly #unused: Map<string, Leftover>;
  /** Objects that are there, are named and not erased. */
  named = 0;
  /** Why it cannot be told what is used. */
  untold: string | undefined;

  constructor(context: PruneContext, all: ReadonlySet<string>, unused: Map<string, Leftover>) {
    this.#context = context;
    this.#all = all;
    this.#unused = unused;
  }

  async note(info: ObjectInfo): Promise<void> {
    const { key } = info;
    const { archive, catalog } = this.#context;
    if (catalog.isNamed(key) && !catalog.isErasedObject(key)) this.named += 1;
    const header = await this.#header(info);
    const sound = header?.archiveId === archive.id && header.objectId === objectIdOf(key);
    if (header && sound && this.#all.has(header.keyId)) this.#unused.delete(header.keyId);
    else this.untold ??= `${key} does not say which keys it uses`;
  }

  async #header({ key, size }: ObjectInfo): Promise<ObjectHeader | undefined> {
    if (size < headerSize) return undefined;
    const { archive, signal } = this.#context;
    try {
      const source = await archive.source(key, size, signal);
      const chunks: Uint8Array[] = [];
      for await (const chunk of await source.read(0, headerSize)) chunks.push(chunk);
      return decodeHeader(Buffer.concat(chunks));
    } catch (error) {
      const gone = classifyStoreError(archive.store, error) === 'not-found';
      if (!gone && !isCodecError(error)) throw error;
      return undefined;
    }
  }
}

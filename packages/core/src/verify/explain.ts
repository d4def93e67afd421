import { decodeHeader, headerSize, isCodecError } from '@cxvault/crypto-codec';
import type { ObjectHeader } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { storeSource } from '../byte-source.ts';
import type { DamageProblem } from '../damage.ts';
import { classifyStoreError } from '../store-errors.ts';
import { DamageFound } from './damage-found.ts';
import { objectIdOf } from './verify-plan.ts';

/** What is wrong with an object, in the words of `verify --json`. */
export interface Explanation {
  readonly problem: DamageProblem;
  readonly detail: string;
  readonly interactions?: readonly string[] | undefined;
}

/** Where the damaged object lies, and how other objects are known. */
export interface DamagedPlace {
  readonly archive: Pick<Archive, 'store' | 'id'>;
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  /** The key under which the journal knows an object id. */
  readonly keyOfObject?: (objectId: string) => string | undefined;
}

/**
 * Turns what a check threw into damage. Throws it again when it is none: a store that is out of reach, or an
 * interruption, says nothing about the object.
 */
export async function explainDamage(place: DamagedPlace, error: unknown): Promise<Explanation> {
  const found = explanationOf(place, error);
  if (!found) throw error;
  return (await explainSwap(place)) ?? found;
}

function explanationOf({ archive, signal }: DamagedPlace, error: unknown): Explanation | undefined {
  if (signal?.aborted) return undefined;
  if (error instanceof DamageFound) {
    return { problem: error.problem, detail: error.message, interactions: error.interactions };
  }
  if (isCodecError(error)) {
    // a key that is null where no entry says erased
    if (error.problem === 'erased') return { problem: 'key-commitment', detail: error.detail };
    return { problem: error.problem, detail: error.detail };
  }
  if (error instanceof SyntaxError) return { problem: 'content', detail: 'the content is not JSON' };
  if (isCxvaultError(error) && error.code === 'STORE_REFUSED') {
    // one bad sector must not end the check of all the others
    return { problem: 'missing', detail: `the store does not give it: ${error.message}` };
  }
  const gone = classifyStoreError(archive.store, error) === 'not-found';
  return gone ? { problem: 'missing', detail: 'the store has no such object' } : undefined;
}

/** Tells an object that was put in another's place, by the id in its header. */
async function explainSwap(place: DamagedPlace): Promise<Explanation | undefined> {
  const header = await readHeader(place);
  if (!header) return undefined;
  if (header.archiveId !== place.archive.id) return undefined;
  if (header.objectId === objectIdOf(place.key)) return undefined;
  const owner = place.keyOfObject?.(header.objectId);
  return owner === undefined ? undefined : { problem: 'swapped', detail: `holds the bytes of ${owner}` };
}

async function readHeader({ archive, key, signal }: DamagedPlace): Promise<ObjectHeader | undefined> {
  try {
    const chunks: Uint8Array[] = [];
    const source = storeSource(archive.store, key, headerSize, signal);
    for await (const chunk of await source.read(0, headerSize)) chunks.push(chunk);
    return decodeHeader(Buffer.concat(chunks));
  } catch {
    signal?.throwIfAborted();
    return undefined; // the damage itself is known already
  }
}

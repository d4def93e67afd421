import { checkObject, parseRing, rootKeyId } from '@cxvault/crypto-codec';
import type { KeyLookup } from '@cxvault/crypto-codec';

import type { Archive } from '../archive.ts';
import { storeSource } from '../byte-source.ts';
import type { DamageProblem } from '../damage.ts';
import { ringKey, ringPrefix } from '../layout.ts';
import { eachAtOnce } from '../at-once.ts';
import { DamageFound } from './damage-found.ts';
import { explainDamage } from './explain.ts';
import { objectIdOf } from './verify-plan.ts';
import type { VerifyContext } from './verify-context.ts';

/** Bytes: a ring of 1,024 keys takes about 50 KB. */
const largestRing = 4 * 1024 * 1024;

/** An object cannot be opened because the ring object with its key is missing or damaged. */
export class RingUnusable extends Error {
  override readonly name = 'RingUnusable';
  readonly keyId: string;

  constructor(keyId: string) {
    super(`the ring object ${ringKey(keyId)} cannot be used`);
    this.keyId = keyId;
  }
}

interface RingFault {
  readonly problem: DamageProblem;
  readonly detail: string;
}

/** Which ring objects are there and sound. */
export class RingStates {
  readonly #sound = new Set<string>();
  readonly #faults = new Map<string, RingFault>();

  sound(keyId: string): void {
    this.#sound.add(keyId);
  }

  fault(keyId: string, fault: RingFault): void {
    if (!this.#faults.has(keyId)) this.#faults.set(keyId, fault);
  }

  faults(): Iterable<readonly [string, RingFault]> {
    return this.#faults;
  }

  /** The archive's lookup, which says {@link RingUnusable} for a key whose ring object is not sound. */
  lookup(archive: Archive): KeyLookup {
    return async (keyId, number) => {
      if (keyId !== rootKeyId && !this.#sound.has(keyId)) throw new RingUnusable(keyId);
      return archive.lookup(keyId, number);
    };
  }
}

/** Opens every ring object of the archive. Returns which can be used; the faults are reported at the end, with their cost. */
export async function checkRings(
  context: Pick<VerifyContext, 'archive' | 'concurrency' | 'signal'>,
): Promise<RingStates> {
  const { archive, concurrency, signal } = context;
  const states = new RingStates();
  await eachAtOnce(
    archive.store.list(ringPrefix, { ...(signal && { signal }) }),
    concurrency,
    async (info) => {
      const keyId = objectIdOf(info.key);
      if (ringKey(keyId) !== info.key) return; // another name: not a ring object of the format
      try {
        await checkRing(archive, keyId, info.size, signal);
        states.sound(keyId);
      } catch (error) {
        states.fault(keyId, await explainDamage({ archive, key: info.key, signal }, error));
      }
    },
  );
  return states;
}

async function checkRing(
  archive: Archive,
  keyId: string,
  size: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (size > largestRing) throw new DamageFound('size', 'larger than a ring object can be');
  const key = ringKey(keyId);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  await checkObject(
    storeSource(archive.store, key, size, signal),
    archive.lookup,
    { archiveId: archive.id, objectKey: key, kind: 'ring' },
    (chunk) => {
      bytes += chunk.length;
      if (bytes > largestRing) throw new DamageFound('size', 'holds more than a ring object can');
      chunks.push(Buffer.from(chunk));
    },
  );
  parseRing(JSON.parse(Buffer.concat(chunks).toString('utf8')), keyId);
}

/** Reports the ring objects that are not sound, with everything that can no longer be opened because of them. */
export function reportRings({ catalog, plan, tally, rings }: VerifyContext): void {
  for (const [keyId, { problem, detail }] of rings.faults()) {
    const interactions = new Set<string>();
    let objects = 0;
    for (const key of plan.ringUses(keyId)) {
      objects += 1;
      for (const id of catalog.interactionsOf(key)) interactions.add(id);
    }
    const cost = objects === 0 ? '' : `; ${objects} object(s) cannot be opened because of it`;
    tally.damage({
      object_key: ringKey(keyId),
      kind: 'ring',
      problem,
      detail: detail + cost,
      interactions: [...interactions].sort(),
    });
  }
}

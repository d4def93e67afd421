import { decodeHeader, headerSize, isCodecError } from '@cxvault/crypto-codec';

import { ringKey } from '../layout.ts';
import { sourceOf } from './check-object.ts';
import { RingUnusable } from './check-rings.ts';
import type { VerifyContext } from './verify-context.ts';
import type { PlannedObject } from './verify-plan.ts';

/**
 * An object of an erased interaction may still lie in the store, under object lock for example; its key must not.
 * A ring object from before the erasure that was put back brings the key back, and is reported.
 */
export async function checkErased(context: VerifyContext, object: PlannedObject): Promise<void> {
  const { archive, rings, tally } = context;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await sourceOf(context, object).read(0, headerSize)) chunks.push(chunk);
  let ring: string;
  try {
    const { keyId, keyNumber } = decodeHeader(Buffer.concat(chunks));
    ring = ringKey(keyId);
    const keys = await rings.lookup(archive)(keyId, keyNumber);
    if (keys.length === 0) return;
  } catch (error) {
    // no key either; and a header that was changed leads to none: what is beyond reach anyway costs nothing
    if (error instanceof RingUnusable || isCodecError(error)) return;
    throw error;
  }
  tally.damage({
    object_key: ring,
    kind: 'ring',
    problem: 'content',
    detail: 'the key of an erased interaction, which was destroyed, is back',
    interactions: [],
  });
}

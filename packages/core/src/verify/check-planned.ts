import { decodeHeader, isCodecError, kindNumbers } from '@cxvault/crypto-codec';

import type { Clock } from '../clock.ts';
import { eachAtOnce } from '../at-once.ts';
import { checkErased } from './check-erased.ts';
import { reportObject } from './check-listing.ts';
import { checkAtDepth, hashStored, sourceOf } from './check-object.ts';
import { RingUnusable } from './check-rings.ts';
import { DamageFound } from './damage-found.ts';
import { explainDamage } from './explain.ts';
import type { ProvenDepth, Proofs } from './proofs.ts';
import type { VerifyContext } from './verify-context.ts';
import type { PlannedObject } from './verify-plan.ts';
import type { VerifyProgress } from './verify-report.ts';

export interface CheckPlannedOptions {
  readonly depth: ProvenDepth;
  readonly proofs: Proofs | undefined;
  /** Milliseconds. */
  readonly maxAgeMs: number | undefined;
  readonly onProgress: ((progress: VerifyProgress) => void) | undefined;
  readonly clock: Clock;
}

/**
 * Checks all objects that the plan has chosen, newest first. What an interrupted verify of the same depth proved
 * counts as checked; what an older one proved within the given age is skipped. Returns when the interrupted
 * verify began, if there was one.
 */
export async function checkPlanned(
  context: VerifyContext,
  { depth, proofs, maxAgeMs, onProgress, clock }: CheckPlannedOptions,
): Promise<string | undefined> {
  const now = clock.now();
  const sessionStart = proofs?.begin(depth, now) ?? now;
  const oldest = now - (maxAgeMs ?? 0);
  const total = context.plan.count();
  const done = { checked: 0, bytes: 0 };

  const settle = async (object: PlannedObject): Promise<void> => {
    const proof = proofs?.find(object, depth);
    if (proof && proof.at >= sessionStart && sessionStart < now) {
      context.tally.object(object.bytes);
      context.tally.facts(proof.facts);
    } else if (proof && maxAgeMs !== undefined && proof.at >= oldest) {
      context.tally.provenBefore();
    } else {
      await checkOne(context, object, depth, proofs, clock);
    }
    done.checked += 1;
    done.bytes += object.bytes;
    onProgress?.({ ...done, total });
  };

  await eachAtOnce(context.plan.chosen(), context.concurrency, settle);
  proofs?.end(depth);
  return sessionStart < now ? new Date(sessionStart).toISOString() : undefined;
}

const changedHeader = 'the header names a key that is not there, and the bytes are not those of the journal';

async function checkOne(
  context: VerifyContext,
  object: PlannedObject,
  depth: ProvenDepth,
  proofs: Proofs | undefined,
  clock: Clock,
): Promise<void> {
  context.signal?.throwIfAborted();
  if (context.catalog.isErasedObject(object.key)) {
    await checkErased(context, object);
    return;
  }
  context.tally.object(object.bytes);
  const at = clock.now();
  try {
    const facts = await checkAtDepth(context, object, depth);
    context.tally.facts(facts);
    proofs?.remember(object, depth, { at, facts });
  } catch (error) {
    await reportFailure(context, object, error);
  }
}

async function reportFailure(context: VerifyContext, object: PlannedObject, error: unknown): Promise<void> {
  const ring = await faultyRing(context, object, error);
  if (ring === undefined) {
    const { archive, plan, signal } = context;
    const place = { archive, key: object.key, signal, keyOfObject: (id: string) => plan.keyOfObject(id) };
    // a changed key id in the header leads to a ring object that never was
    const cause = error instanceof RingUnusable ? new DamageFound('header', changedHeader) : error;
    reportObject(context, object, await explainDamage(place, cause));
    return;
  }
  context.plan.noteRingUse(ring, object.key);
  const isMedium = object.kind === kindNumbers.media;
  context.tally.costs(object.key, isMedium ? 0 : [...context.catalog.recordsIn(object.key)].length, isMedium);
}

/**
 * The id of the ring object that is to blame, when the object's stored bytes are what the journal says and only
 * its key is missing or another. Undefined when the object itself is damaged.
 */
async function faultyRing(
  context: VerifyContext,
  object: PlannedObject,
  error: unknown,
): Promise<string | undefined> {
  const keyProblem =
    error instanceof RingUnusable ||
    (isCodecError(error) && ['key-commitment', 'erased'].includes(error.problem));
  if (!keyProblem) return undefined;
  const { header, sha256 } = await hashStored(sourceOf(context, object));
  if (sha256 !== object.sha256) return undefined;
  const { keyId } = decodeHeader(header);
  context.rings.fault(
    keyId,
    error instanceof RingUnusable
      ? { problem: 'missing', detail: 'the ring object is missing' }
      : { problem: 'content', detail: 'its keys are not those that objects were sealed with' },
  );
  return keyId;
}

import { kindNumbers, openObject } from '@cxvault/crypto-codec';

import { eachAtOnce } from '../at-once.ts';
import { RingUnusable } from './check-rings.ts';
import { sourceOf } from './check-object.ts';
import { explainDamage } from './explain.ts';
import { LineCutter, recordFacts } from './record-lines.ts';
import type { VerifyContext } from './verify-context.ts';
import type { PlannedObject } from './verify-plan.ts';

/** A period [from, to) of the interactions' created times, ISO 8601; an end that is left out is open. */
export interface Period {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** True when the time lies in the period; a time that is not there or not one never does. */
export function inPeriod({ since, until }: Period, time: string | undefined): boolean {
  const at = Date.parse(time ?? '');
  if (Number.isNaN(at)) return false;
  return (since === undefined || at >= Date.parse(since)) && (until === undefined || at < Date.parse(until));
}

/**
 * Narrows the plan to the segments and media of interactions that were created in the period. The journal does not
 * know created times, so the segments are read for them. A segment that cannot be read stays in the plan: it may
 * hold interactions of the period.
 */
export async function choosePeriod(context: VerifyContext, period: Period): Promise<void> {
  const { plan } = context;
  plan.chooseNone();
  await eachAtOnce(plan.present(kindNumbers.records), context.concurrency, async (segment) => {
    context.signal?.throwIfAborted();
    for (const key of await objectsInPeriod(context, segment, period)) plan.choose(key);
  });
}

async function objectsInPeriod(
  context: VerifyContext,
  segment: PlannedObject,
  period: Period,
): Promise<ReadonlySet<string>> {
  const { archive, catalog, rings, signal } = context;
  const chosen = new Set<string>();
  const lines = new LineCutter((line) => {
    const facts = recordFacts(line);
    if (!facts || !inPeriod(period, facts.created_time)) return;
    chosen.add(segment.key);
    for (const { media } of catalog.versionsSince(facts.interaction_id, '')) {
      for (const { object_key } of media) chosen.add(object_key);
    }
  });
  try {
    const expected = { archiveId: archive.id, objectKey: segment.key, kind: 'records' } as const;
    const opened = await openObject(sourceOf(context, segment), rings.lookup(archive), expected);
    for await (const chunk of opened.content()) lines.push(chunk);
  } catch (error) {
    if (!(error instanceof RingUnusable)) await explainDamage({ archive, key: segment.key, signal }, error);
    chosen.add(segment.key);
  }
  return chosen;
}

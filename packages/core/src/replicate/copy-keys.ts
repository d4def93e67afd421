import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import { openRoot } from '../keys/open-root.ts';
import { largestSlot, readSlots, rootKeysOf, slotKeys } from '../slots.ts';
import type { Slot } from '../slots.ts';
import { createObject } from '../store-create.ts';
import { readSmallObject } from '../store-read.ts';
import type { CopyContext } from './copy-context.ts';
import { copyRings } from './copy-rings.ts';

/** Somebody may change slots at the source meanwhile: then all is looked at again. */
const mostRounds = 5;

/**
 * Brings the target's slots and ring objects to what the source's are, so that what was removed or erased there is out
 * of use here before anything else is copied. New slots come first and old ones go last: at any moment the target's
 * slots open all of its ring objects.
 */
export async function copyKeys(context: CopyContext, unlock: Unlock): Promise<void> {
  const { from, to, tally, check } = context;
  for (let round = 0; round < mostRounds; round += 1) {
    const root = await openRoot(from.store, [unlock]);
    const theirs = await readSlots(to, from.id, [unlock]);
    const wanted = new Set(root.slots.map(({ object_key }) => object_key));
    const old = theirs.map(({ object_key }) => object_key).filter((key) => !wanted.has(key));
    const added = await addSlots(context, root.slots, theirs);
    const roots = { source: root.rootKeys, current: root.current, target: rootKeysOf(theirs) };
    await copyRings(context, roots, added > 0 || old.length > 0);
    const now = await slotKeys(from.store);
    if (now.length !== wanted.size || !now.every((key) => wanted.has(key))) continue;
    for (const key of old) {
      await check();
      await to.remove(key);
      tally.slots.removed += 1;
    }
    return;
  }
  throw new CxvaultError(
    'STORE_CONFLICT',
    'the key slots of the source kept changing while they were copied',
    {
      context: { rounds: mostRounds },
      hint: 'copy again when no other command changes them',
    },
  );
}

async function addSlots(
  context: CopyContext,
  slots: readonly Slot[],
  theirs: readonly Slot[],
): Promise<number> {
  const { from, to, tally } = context;
  const there = new Set(theirs.map(({ object_key }) => object_key));
  let added = 0;
  for (const { object_key: key, malformed } of slots) {
    if (malformed !== undefined) report(context, key, malformed);
    else if (there.has(key)) await compareSlot(context, key);
    else if (await copySlot(from.store, to, key)) added += 1;
  }
  tally.slots.added += added;
  return added;
}

/** False when it was removed since it was listed. */
async function copySlot(from: ObjectStore, to: ObjectStore, key: string): Promise<boolean> {
  const bytes = await readSmallObject(from, key, largestSlot);
  if (bytes) await createObject(to, key, bytes);
  return bytes !== undefined;
}

/** A slot is never rewritten: of two that differ one is damaged, and nothing tells which. */
async function compareSlot(context: CopyContext, key: string): Promise<void> {
  const { from, to } = context;
  const [ours, theirs] = [
    await readSmallObject(from.store, key, largestSlot),
    await readSmallObject(to, key, largestSlot),
  ];
  if (ours && theirs && Buffer.compare(ours, theirs) !== 0)
    report(context, key, 'the slot at the target is not the same: one of the two is damaged');
}

function report({ tally }: CopyContext, key: string, detail: string): void {
  tally.found({ object_key: key, kind: 'slot', problem: 'content', detail, interactions: [] });
}

import { kindNumbers } from '@cxvault/crypto-codec';
import { compareKeys } from '@cxvault/plugin-api';
import type { ObjectInfo } from '@cxvault/plugin-api';

import type { CatalogObject } from '../catalog/rows.ts';
import { DamageFound, kindName } from './damage-found.ts';
import { explainDamage } from './explain.ts';
import type { VerifyContext } from './verify-context.ts';

const dataPrefix = 'data/';

/**
 * One listing of `data/` against everything that entries name: what is missing, what has another size, and what no
 * entry names. Fills the plan with what is there and can be looked into.
 */
export async function checkListing(context: VerifyContext): Promise<void> {
  const { archive, catalog, plan, tally, signal } = context;
  const wrongSize: { named: CatalogObject; size: number }[] = [];
  for await (const { named, stored } of joined(
    catalog.objects(),
    archive.store.list(dataPrefix, { ...(signal && { signal }) }),
  )) {
    signal?.throwIfAborted();
    if (!named) {
      if (stored) {
        tally.leftover();
        plan.addLeftover(stored.key, stored.size);
      }
      continue;
    }
    const usable = stored?.size === named.bytes;
    plan.add(named, usable ? stored.modifiedAt.getTime() : undefined);
    if (catalog.isErasedObject(named.key)) continue; // gone or not: nothing can open it
    if (!stored) reportObject(context, named, { problem: 'missing', detail: 'the store has no such object' });
    else if (!usable) wrongSize.push({ named, size: stored.size });
  }
  for (const { named, size } of wrongSize) await reportSize(context, named, size);
  for (const unlisted of catalog.unlistedObjects()) await reportUnlisted(context, unlisted);
}

/** Nothing says which bytes it must have: lost, or at best unproven. */
async function reportUnlisted(
  context: VerifyContext,
  object: { readonly key: string; readonly kind: number },
): Promise<void> {
  const { archive, catalog, signal } = context;
  if (catalog.isErasedObject(object.key)) return;
  const found = await archive.store.stat(object.key, { ...(signal && { signal }) });
  reportObject(
    context,
    object,
    found
      ? { problem: 'journal-gap', detail: 'no entry that can be read names its bytes and SHA-256' }
      : { problem: 'missing', detail: 'the store has no such object' },
  );
}

async function reportSize(context: VerifyContext, named: CatalogObject, size: number): Promise<void> {
  const { archive, plan, signal } = context;
  const found = new DamageFound('size', `${size} bytes are stored, the journal names ${named.bytes}`);
  const place = { archive, key: named.key, signal, keyOfObject: (id: string) => plan.keyOfObject(id) };
  context.tally.object(size);
  reportObject(context, named, await explainDamage(place, found));
}

/** Reports a damaged segment or medium, with the interactions that it costs. */
export function reportObject(
  { catalog, tally }: VerifyContext,
  object: { readonly key: string; readonly kind: number },
  { problem, detail, interactions }: Awaited<ReturnType<typeof explainDamage>>,
): void {
  const { key, kind } = object;
  const cost = interactions ?? catalog.interactionsOf(key);
  const records =
    kind === kindNumbers.records ? (interactions?.length ?? [...catalog.recordsIn(key)].length) : 0;
  tally.costs(key, records, kind === kindNumbers.media);
  tally.damage({ object_key: key, kind: kindName(kind), problem, detail, interactions: [...cost] });
}

/** Two lists in key order as one: what is in both, or in one only. */
export async function* joined(
  names: Iterator<CatalogObject>,
  objects: AsyncIterable<ObjectInfo>,
): AsyncGenerator<{ named?: CatalogObject; stored?: ObjectInfo }> {
  let named = names.next();
  for await (const stored of objects) {
    while (named.done !== true && compareKeys(named.value.key, stored.key) < 0) {
      yield { named: named.value };
      named = names.next();
    }
    if (named.done !== true && named.value.key === stored.key) {
      yield { named: named.value, stored };
      named = names.next();
    } else {
      yield { stored };
    }
  }
  for (; named.done !== true; named = names.next()) yield { named: named.value };
}

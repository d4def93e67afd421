import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { tinyArchive, flipped, storeWith, verdictOn } from './tampering.ts';
import type { TinyArchive, Verdict } from './tampering.ts';

// CXVAULT_EXHAUSTIVE=all tries every byte of every object (minutes), CXVAULT_EXHAUSTIVE=runs/ those below runs/;
// without it some hundreds are tried, drawn from a seed that a failure prints.
const exhaustive = process.env['CXVAULT_EXHAUSTIVE'];

let tiny: TinyArchive;
beforeAll(async () => {
  tiny = await tinyArchive();
});

/** Checks that a verdict names the object that was changed, and what it costs. Returns what is wrong with it. */
function complaint(key: string, verdict: Verdict): string | undefined {
  if ('code' in verdict) {
    const allowed = /^(cxvault\.json|keys\/)/.test(key);
    // where no slot opens, the folder of the slots is named: it cannot be told which one ought to have
    const named = verdict.object !== undefined && key.startsWith(verdict.object);
    return allowed && named ? undefined : `${verdict.code} names ${String(verdict.object)}`;
  }
  const damage = verdict.report.damage.filter(({ object_key }) => object_key === key);
  if (verdict.report.ok || damage.length === 0) return 'not noticed';
  const cost = tiny.costs.get(key);
  if (!cost) return undefined;
  const named = damage.flatMap(({ interactions }) => interactions);
  return cost.every((id) => named.includes(id))
    ? undefined
    : `costs ${named.join()} instead of ${cost.join()}`;
}

async function tamper(key: string, at: number, mask: number): Promise<string | undefined> {
  const bytes = tiny.objects.get(key);
  if (!bytes) throw new Error(key);
  const changed = flipped(bytes, at, mask);
  return complaint(key, await verdictOn(await storeWith(tiny.objects, { [key]: changed })));
}

async function everyByte(prefix: string): Promise<string[]> {
  const complaints: string[] = [];
  for (const [key, bytes] of tiny.objects) {
    for (let at = 0; key.startsWith(prefix) && at < bytes.length; at += 1) {
      const found = await tamper(key, at, 1 << (at % 8));
      if (found !== undefined) complaints.push(`${key} byte ${at}: ${found}`);
    }
  }
  return complaints;
}

describe('one changed byte', () => {
  it('is found wherever it is, and the object is named', async () => {
    if (exhaustive !== undefined) {
      expect(await everyByte(exhaustive === 'all' ? '' : exhaustive)).toEqual([]);
      return;
    }
    const keys = [...tiny.objects.keys()];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(keys.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (which, place, mask) => {
          const key = keys[which] ?? '';
          const at = Math.floor(place * (tiny.objects.get(key)?.length ?? 0));
          expect([key, at, await tamper(key, at, mask)]).toEqual([key, at, undefined]);
        },
      ),
      { numRuns: 300 },
    );
  }, 3_600_000);
});

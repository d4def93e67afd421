import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { expectCode, openTenantDesk, type Report, succeed } from './support/tenant-desk.ts';

const kills = 25;
const interactions = 600;

// the moments are random; CXVAULT_SEED repeats them
const seed = Number(process.env['CXVAULT_SEED'] ?? Date.now() % 100_000);

describe(`a run that is killed ${String(kills)} times (seed ${String(seed)})`, () => {
  it('leaves every interaction archived once, every mark sent, and an archive that verifies', async () => {
    await using place = await openTenantDesk({
      seed: String(seed),
      population: { interactions, newestAgeMs: 3_600_000 },
      media: { kind: 'mixed', bytes: [2_000, 200_000] },
      faults: { slow: { rate: 0.3, milliseconds: 60 } },
    });
    const { desk, tenant } = place;
    await succeed(desk, ['init']);
    for (let kill = 0; kill < kills; kill += 1) {
      const child = desk.start(['run', '--json']);
      const ended = once(child, 'exit');
      await pause(moment(kill)); // the length of a life, not a wait for something to happen
      child.kill('SIGKILL');
      await ended;
    }
    tenant.advance(61_000);
    const last = (await expectCode<Report>(desk, ['run'], 0)).document;
    expect(last.marks.pending).toBe(0);
    tenant.advance(61_000);
    const after = await succeed<Report>(desk, ['run']);
    expect(after).toMatchObject({ successful_archives: 0, unchanged: interactions });
    expect(tenant.truth().marked).toBe(interactions);
    const verified = await succeed<{ ok: boolean; records: { checked: number } }>(desk, ['verify']);
    expect(verified.ok).toBe(true);
    expect(verified.records.checked).toBe(interactions);
  }, 600_000);
});

/** Between the start of the process and well into its work: 0.4 to 2.4 s. */
function moment(kill: number): number {
  const mixed = Math.imul((seed + kill * 7_919) | 1, 2_654_435_761) >>> 0;
  return 400 + (mixed / 2 ** 32) * 2_000;
}

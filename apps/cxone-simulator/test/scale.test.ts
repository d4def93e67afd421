import { describe, expect, it } from '@jest/globals';
import { MediaBodies } from '../src/media-body.ts';
import { MediaPlan } from '../src/media-plan.ts';
import { Population } from '../src/population.ts';
import { settingsSchema } from '../src/settings.ts';
import { openPlatform, start, window } from './platform-visitor.ts';
import { open, stoppedClock } from './simulators.ts';
import { writeCursor } from '../src/cursor.ts';

describe('a million interactions', () => {
  it('cost no memory until they change, and any page is found at once', async () => {
    const before = process.memoryUsage();
    const { visitor } = await open({ population: { interactions: 1_000_000 } });
    const deep = await visitor.page(100, writeCursor(999_950, Date.now()));
    expect([deep.rows.length, deep.next]).toEqual([50, undefined]);
    expect((await visitor.page(100, writeCursor(500_000, Date.now()))).rows).toHaveLength(100);
    const [row] = deep.rows;
    expect((await visitor.askMark(row?.id ?? '')).status).toBe(200);
    expect((await visitor.page(1)).rows[0]?.id).toBe(row?.id);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown).toBeLessThan(30_000_000); // what a bare server and its first requests take, and some
  });
});

describe('20,000 contacts of the profile platform', () => {
  it('are listed and told of while their media are nowhere', async () => {
    const { visitor, simulator } = await openPlatform({
      now: stoppedClock(start).now,
      population: { interactions: 20_000, spanMs: 20 * 86_400_000 },
      media: { bytes: 10_000_000 },
    });
    const rows = await visitor.list({ ...window(start - 30.9 * 86_400_000, start), top: '10000' });
    const { legs, media, hidden } = simulator.truth();
    expect([rows.length, hidden < 20]).toEqual([legs, true]);
    expect(media.bytes).toBeGreaterThan(100_000_000_000); // more than any machine that runs this would hold
  });
});

describe('a recording of 1 GB', () => {
  it('is made piece by piece', () => {
    const settings = settingsSchema.parse({ media: { bytes: 1_000_000_000 } });
    const medium = new MediaPlan(new Population(settings.population, 1, 0), settings.media).medium(0, 0);
    let bytes = 0;
    let largest = 0;
    for (const piece of new MediaBodies(1).pieces(medium)) {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    expect([bytes, medium.bytes]).toEqual([1_000_000_000, 1_000_000_000]);
    expect(largest).toBeLessThanOrEqual(256 * 1024);
  });
});

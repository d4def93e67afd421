import { describe, expect, it } from '@jest/globals';

import { openRateBudgets } from '../src/rate-budgets.ts';
import { CallHistory } from '../src/rate-history.ts';
import { VirtualClock } from './virtual-clock.ts';

const scope = { issuer: 'https://issuer.example', tenant: 't1' };
const rules = { detail: { limit: 50, perMs: 1_000 }, media: { limit: 0, perMs: 1_000 } };

describe('the history of calls', () => {
  it('counts each permitted call of a family when it was made, and the pauses asked for', async () => {
    const clock = new VirtualClock();
    const history = new CallHistory(clock);
    const open = history.watching(openRateBudgets({ file: ':memory:', clock, random: () => 0 }));
    const budgets = open({ ...scope, rules });
    const startedAt = clock.now();
    const first = await budgets.acquire('detail');
    first.done({ status: 200 });
    clock.set(startedAt + 2_000);
    const second = await budgets.acquire('detail');
    (await budgets.acquire('media')).done({ status: 404 });
    clock.set(startedAt + 3_000);
    second.done({ status: 429 });
    const [detail, media, ...others] = history.families();
    expect(others).toEqual([]);
    expect(detail).toMatchObject({ family: 'detail', rule: rules.detail });
    expect(detail?.calls.intervals().map(({ count }) => count)).toEqual([1, 0, 1]);
    expect(detail?.throttled.intervals().map(({ count }) => count)).toEqual([0, 0, 0, 1]);
    expect(media).toMatchObject({ family: 'media', rule: rules.media });
    expect(media?.throttled.intervals()).toEqual([]);
    budgets.close();
  });

  it('leaves the budgets as they are', async () => {
    const clock = new VirtualClock();
    const history = new CallHistory(clock);
    const open = history.watching(openRateBudgets({ file: ':memory:', clock }));
    const budgets = open({ ...scope, rules });
    await expect(budgets.acquire('unknown')).rejects.toMatchObject({ code: 'INTERNAL' });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(budgets.acquire('detail', { signal })).rejects.toThrow('enough');
    expect(history.families()).toEqual([]);
    budgets.close();
    await expect(budgets.acquire('detail')).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

import { describe, expect, it } from '@jest/globals';

import { Turns } from '../src/index.ts';

/** Work that ends when it is told to. */
function heldWork() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let begun = false;
  const work = () => {
    begun = true;
    return promise;
  };
  return { work, promise, end: () => resolve(undefined), begun: () => begun };
}

describe('turns', () => {
  it('let so many work at once, and the others in the order they came', async () => {
    const turns = new Turns(2);
    const works = Array.from({ length: 4 }, heldWork);
    const taken = works.map(({ work }) => turns.take(work));
    const begun = () => works.map((each) => each.begun());
    await Promise.resolve();
    expect(begun()).toEqual([true, true, false, false]);
    works[1]?.end();
    await taken[1];
    await Promise.resolve();
    expect(begun()).toEqual([true, true, true, false]);
    works.forEach(({ end }) => end());
    await Promise.all(taken);
    expect(begun()).toEqual([true, true, true, true]);
  });

  it('pass on after work that fails', async () => {
    const turns = new Turns(1);
    await expect(turns.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
  });

  it('are not waited for once aborted, nor kept', async () => {
    const turns = new Turns(1);
    const first = heldWork();
    const aborted = heldWork();
    const controller = new AbortController();
    const holding = turns.take(first.work);
    const waiting = turns.take(aborted.work, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(turns.take(aborted.work, controller.signal)).rejects.toThrow('enough');
    first.end();
    await holding;
    expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
    expect(aborted.begun()).toBe(false);
  });

  it('that come together with the abort are passed on', async () => {
    const turns = new Turns(1);
    const first = heldWork();
    const aborted = heldWork();
    const controller = new AbortController();
    const holding = turns.take(first.work);
    const waiting = turns.take(aborted.work, controller.signal);
    // Right after the turn is given, and before the second one goes on with it.
    void first.promise.then(() => controller.abort(new Error('enough')));
    first.end();
    await expect(waiting).rejects.toThrow('enough');
    await holding;
    expect(aborted.begun()).toBe(false);
    expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
  });
});

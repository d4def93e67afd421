import { describe, expect, it } from '@jest/globals';
import { RecentMessages } from '../src/platform/recent-messages.ts';

const found = (count: number) => ({
  hits: count,
  messages: Array.from({ length: count }, (_, id) => ({ id })),
});

describe('messages that were read', () => {
  it('are given once', () => {
    const recent = new RecentMessages();
    recent.keep('1', found(2));
    recent.keep('1', found(3));
    expect(recent.take('1')).toEqual(found(3));
    expect(recent.take('1')).toBeUndefined();
  });

  it('are let go when they become too many, the oldest first', () => {
    const recent = new RecentMessages();
    for (const number of ['1', '2', '3']) recent.keep(number, found(2_500));
    expect(recent.take('1')).toBeUndefined();
    expect(recent.take('2')).toBeDefined();
    recent.keep('4', found(5_001));
    expect(recent.take('4')).toBeUndefined();
  });
});

import type { JsonObject } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { readContactRow } from '../src/platform/contact-row.ts';

const masterOf = (json: JsonObject): string => readContactRow({ contactId: '101', ...json }).masterContactId;

describe('the master of a contact', () => {
  it.each([['100'], [100]])('is the one that its row names: %j', (masterContactId) => {
    expect(masterOf({ masterContactId })).toBe('100');
  });

  it.each<[string, JsonObject]>([
    ['0', { masterContactId: 0 }],
    ['0 as text', { masterContactId: '0' }],
    ['null', { masterContactId: null }],
    ['nothing', {}],
    ['what is no id', { masterContactId: '..' }],
  ])('is the contact itself where it names %s', (_, json) => {
    expect(masterOf(json)).toBe('101');
  });
});

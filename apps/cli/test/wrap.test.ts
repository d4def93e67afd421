import { describe, expect, it } from '@jest/globals';
import { wrapped } from '../src/present/wrap.ts';

describe('lines for a terminal', () => {
  it.each([
    ['name    a value of some words', 'name    a value of\n        some words'],
    ['  4711  denied [id 12345]', '  4711  denied\n        [id 12345]'],
    ['ok  a  words in a column', 'ok  a  words in a\n       column'],
    ['error: it is  all wrong', 'error: it is  all\n       wrong'],
    ['a sentence that is too long', 'a sentence that is\n  too long'],
    ['short', 'short'],
  ])('are broken between words, below the value: %s', (text, lines) => {
    expect(wrapped(text, 20)).toBe(lines);
  });

  it('keep what is to be copied whole: commands, and words that no line has room for', () => {
    expect(wrapped('make one: cxvault key list', 20)).toBe('make one:\n  cxvault key list');
    const command = 'Next: cxvault verify --archive ./archive';
    expect(wrapped(command, 20)).toBe(command);
    const tip = `tip  ${'f'.repeat(64)}`;
    expect(wrapped(tip, 20)).toBe(tip);
  });

  it('stay as they are where nobody looks', () => {
    const text = 'a line that is as long as it is, for another program';
    expect(wrapped(text, undefined)).toBe(text);
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { extensionByContent, extensionByType } from '../src/restore/extension.ts';
import { prettyJson } from '../src/restore/pretty-json.ts';
import { safeName } from '../src/restore/safe-name.ts';

const anyId = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('.', '/', '\\', '%', '~', 'a', 'A', '\ud800', '\udc00', '\0', '2', 'E'),
    maxLength: 300,
  }),
  fc.constantFrom(
    '',
    '.',
    '..',
    '../..',
    'con',
    'NUL.txt',
    'com1',
    '%2E',
    'a.',
    '.a',
    '~',
    '\ud800',
    '\udfff',
  ),
);

describe('the file name of an id', () => {
  it('is safe everywhere', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const name = safeName(id);
        expect(name).toMatch(/^[A-Za-z0-9._~%-]{1,120}$/);
        expect(name).not.toMatch(/^\.|\.$/);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is another one for another id', () => {
    fc.assert(
      fc.property(anyId, anyId, (one, other) => {
        expect(safeName(one) === safeName(other)).toBe(one === other);
      }),
      { numRuns: 2_000 },
    );
    const ids = [
      '',
      '%',
      '.',
      '%2E',
      '..',
      '%2E%2E',
      'con',
      '%63on',
      '\ud800',
      '\ud801',
      '\ufffd',
      '%uD800',
      'a/b',
      'a%2Fb',
    ];
    expect(new Set(ids.map(safeName)).size).toBe(ids.length);
    const long = 'x'.repeat(500);
    expect(safeName(`${long}1`)).not.toBe(safeName(`${long}2`));
  });

  it('leaves ordinary ids alone', () => {
    for (const id of ['int-000123', '018f3c2e-0000-7000-8000-000000000000', '123456789012', 'A_b.c']) {
      expect(safeName(id)).toBe(id);
    }
  });
});

describe('the extension of a medium', () => {
  it('follows content type, then format', () => {
    expect(extensionByType('audio/wav', 'mp3')).toBe('wav');
    expect(extensionByType('TEXT/HTML; charset=utf-8', undefined)).toBe('html');
    expect(extensionByType('application/octet-stream', 'MP4')).toBe('mp4');
    expect(extensionByType(undefined, 'audio/mpeg')).toBe('mp3');
    expect(extensionByType('application/octet-stream', '../../etc')).toBeUndefined();
    expect(extensionByType(undefined, 'constructor')).toBeUndefined();
  });

  it('follows the first bytes as a last resort', () => {
    const head = (text: string): Buffer => Buffer.from(text, 'latin1');
    expect(extensionByContent(head('RIFF\x01\x02\x03\x04WAVEfmt '))).toBe('wav');
    expect(extensionByContent(head('\0\0\0\x18ftypmp42'))).toBe('mp4');
    expect(extensionByContent(head('ID3\x03'))).toBe('mp3');
    expect(extensionByContent(head(' {"a":1}'))).toBe('json');
    expect(extensionByContent(head('nothing known'))).toBe('bin');
  });
});

describe('laying out JSON', () => {
  it('keeps every value, and gives what JSON.stringify gives', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(prettyJson(text)).toBe(JSON.stringify(value, undefined, 2));
      }),
    );
  });

  it('lays out what is nested very deep without growing with the square of it', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(prettyJson(deep).length).toBeLessThan(250 * deep.length);
  });

  it('lays out strings of many megabytes', () => {
    const text = JSON.stringify({ transcript: 'x'.repeat(24 * 2 ** 20) });
    expect(prettyJson(text) === JSON.stringify(JSON.parse(text), undefined, 2)).toBe(true);
  });

  it('keeps 64-bit ids as they were written', () => {
    expect(prettyJson('{"id":452849248923849237,"e":[ ],"x":1.50e+3}')).toBe(
      '{\n  "id": 452849248923849237,\n  "e": [],\n  "x": 1.50e+3\n}',
    );
  });
});

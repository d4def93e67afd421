import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonPieces } from '../src/json-pieces.ts';

describe('a JSON document in pieces', () => {
  it('is the text that JSON.stringify gives, for any document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        expect([...jsonPieces(document)].join('')).toBe(`${JSON.stringify(document, null, 2)}\n`);
      }),
    );
  });

  it('leaves out what is undefined', () => {
    const document = { a: undefined, b: [undefined, { c: undefined, d: 1 }], e: undefined };
    expect([...jsonPieces(document)].join('')).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('never has a long list as a whole', () => {
    const list = Array.from({ length: 10_001 }, (_, number) => ({ id: `interaction ${String(number)}` }));
    const pieces = [...jsonPieces({ list })];
    expect(JSON.parse(pieces.join(''))).toEqual({ list });
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(50_000);
  });
});

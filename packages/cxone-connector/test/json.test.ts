import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { camelCase, camelKeys } from '../src/field-names.ts';
import { maxJsonDepth, parseJson } from '../src/json.ts';

describe('JSON from outside', () => {
  it('keeps integers of any size exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (id) => {
        const parsed = parseJson(`{"id":${id},"list":[${id}]}`);
        const exact = Number.isSafeInteger(Number(id)) ? Number(id) : String(id);
        expect(parsed).toEqual({ id: exact, list: [exact] });
      }),
    );
  });

  it('is otherwise what JSON.parse gives', () => {
    const safe = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(safe, (value) => {
        const text = JSON.stringify(value);
        const large = /\d{16}|\d[eE]/.test(text);
        if (!large) expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('nests as deep as allowed and no deeper, brackets in strings apart', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJson(nested(maxJsonDepth))).not.toThrow();
    expect(() => parseJson(nested(maxJsonDepth + 1))).toThrow(SyntaxError);
    expect(parseJson(JSON.stringify('[{"\\'.repeat(500)))).toBe('[{"\\'.repeat(500));
  });

  it.each(['', '{', '<html>', '{"a":1}x', 'nope'])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe('field names', () => {
  it.each([
    ['updated_time', 'updatedTime'],
    ['updatedTime', 'updatedTime'],
    ['media__id', 'mediaId'],
    ['_links', '_links'],
    ['address_2', 'address2'],
    ['trailing_', 'trailing_'],
    ['ACW_seconds', 'ACWSeconds'],
  ])('%s is %s', (name, camel) => {
    expect(camelCase(name)).toBe(camel);
    expect(camelCase(camel)).toBe(camel);
  });

  it('are normalised at every depth, and no value is lost when both spellings come', () => {
    expect(camelKeys({ a_b: [{ c_d: 1 }], aB: null, x_y: 1, xY: 2 })).toEqual({
      aB: [{ cD: 1 }],
      x_y: 1,
      xY: 2,
    });
  });
});

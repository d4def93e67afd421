import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CxvaultError } from '@cxvault/plugin-api';
import { checkObject, checkPublic, newId, openObject } from '../src/index.ts';
import type { Expected, KeyLookup } from '../src/index.ts';
import {
  archiveId,
  bytesSource,
  collect,
  failureOf,
  flipped,
  journalOptions,
  linesOf,
  lookup,
  problemIn,
  sealOptions,
  sealSegment,
  sealWholeMedium,
} from './sealed-samples.ts';
import { sealDocument } from '../src/document.ts';

const segment = sealSegment(linesOf(400), sealOptions());
const medium = sealWholeMedium(randomBytes(40_000), sealOptions());
const document = Promise.resolve(sealDocument('journal', { a: ['b', 1] }, journalOptions()));
const samples = [segment, medium, document];

const check = (
  bytes: Uint8Array,
  expected: Expected = { archiveId },
  keys: KeyLookup = lookup,
): Promise<string> => failureOf(() => checkObject(bytesSource(bytes), keys, expected));
const open = (
  bytes: Uint8Array,
  expected: Expected = { archiveId },
  keys: KeyLookup = lookup,
): Promise<string> =>
  failureOf(async () => {
    const object = await openObject(bytesSource(bytes), keys, expected);
    await collect(object.content());
  });
const checkWithoutKey = (bytes: Uint8Array): Promise<string> =>
  failureOf(() => checkPublic(bytesSource(bytes), { archiveId }));

const problems = [
  'size',
  'checksum',
  'header',
  'key-commitment',
  'chunk',
  'truncated',
  'trailing-bytes',
  'index',
];

describe('any one flipped bit', () => {
  it('is found by the check, with and without a key, and named by the region that it lies in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(7),
        async (sample, place, bit) => {
          const { bytes } = await sample;
          const offset = Math.floor(place * bytes.length);
          const damaged = flipped(bytes, offset, bit);
          const expected = regionsOf(bytes).find((region) => offset < region.end)?.failures ?? [];
          expect(expected).toContain(await check(damaged));
          expect(['checksum', 'header', 'size']).toContain(problemIn(await checkWithoutKey(damaged)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('in header, trailer or index is found in every byte of them', async () => {
    const { bytes } = await document;
    for (let offset = 0; offset < bytes.length; offset += 1) {
      const damaged = flipped(bytes, offset, offset % 8);
      const expected = regionsOf(bytes).find((region) => offset < region.end)?.failures ?? [];
      expect([offset, ...expected]).toContain(await check(damaged));
    }
  });

  it('is found by random access too, save in the hash of the trailer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), fc.nat(), fc.nat(7), async (sample, position, bit) => {
        const { bytes } = await sample;
        const offset = position % bytes.length;
        const inHash = offset >= bytes.length - 40 && offset < bytes.length - 8;
        const failure = problemIn(await open(flipped(bytes, offset, bit)));
        expect(inHash ? ['none'] : [...problems, 'swapped']).toContain(failure);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a cut', () => {
  it('anywhere is named as one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), fc.nat(), async (sample, position) => {
        const { bytes } = await sample;
        const cut = bytes.subarray(0, position % bytes.length);
        expect(problemIn(await check(cut))).toBe('truncated');
        expect(problemIn(await open(cut))).toBe('truncated');
        expect(problemIn(await checkWithoutKey(cut))).toBe('truncated');
      }),
      { numRuns: 100 },
    );
  });

  it('in the middle contradicts the trailer', async () => {
    const { bytes } = await medium;
    const cut = Buffer.concat([bytes.subarray(0, 1000), bytes.subarray(2000)]);
    expect(await check(cut)).toBe('size/trailer');
  });
});

describe('bytes that follow the end', () => {
  it.each([1, 56, 5000])('are counted: %i', async (count) => {
    const { bytes } = await segment;
    const longer = Buffer.concat([bytes, Buffer.alloc(count, 'CXVEND\r\n')]);
    expect(await check(longer)).toBe('trailing-bytes/trailer');
    await expect(checkPublic(bytesSource(longer), {})).rejects.toThrow(`${count} bytes follow the end`);
  });
});

describe('what is no archive object', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'truncated/object'],
    ['a stump', Buffer.alloc(263), 'truncated/object'],
    ['zeros', Buffer.alloc(5000), 'header/header'],
    ['text', Buffer.alloc(2_000_000, 'a log file\n'), 'header/header'],
  ])('is called so: %s', async (_name, bytes, expected) => {
    expect(await check(bytes)).toBe(expected);
    expect(await open(bytes)).toBe(expected);
    expect(await checkWithoutKey(bytes)).toBe(expected);
  });
});

describe('an intact object in the wrong place', () => {
  it.each<[string, Expected]>([
    ['archive', { archiveId: newId() }],
    ['kind', { kind: 'media' }],
    ['object id', { objectId: newId() }],
    ['name of another object', { objectKey: `data/records/2026/01/02/${newId()}.cxv` }],
  ])('is swapped: another %s', async (_name, expected) => {
    const { bytes } = await segment;
    expect(problemIn(await check(bytes, expected))).toBe('swapped');
    expect(problemIn(await open(bytes, expected))).toBe('swapped');
  });

  it('is swapped: the same object under another day', async () => {
    const { bytes, summary } = await segment;
    const objectKey = summary.objectKey.replace('/2026/', '/2027/');
    expect(await check(bytes, { objectKey })).toBe('swapped/index');
    expect(await open(bytes, { objectKey })).toBe('swapped/index');
  });

  it('is swapped: a journal entry in the place of another', async () => {
    const { bytes } = await document;
    expect(await check(bytes, { objectKey: 'runs/r/000002.cxv', kind: 'journal' })).toBe('swapped/index');
  });

  it('of another archive is swapped though no key for it is known', async () => {
    const { bytes } = await segment;
    const noKey: KeyLookup = () => Promise.reject(new CxvaultError('STORE_NOT_FOUND', 'no such ring'));
    expect(await open(bytes, { archiveId: newId() }, noKey)).toBe('swapped/header');
    expect(await check(bytes, { archiveId: newId() }, noKey)).toBe('swapped/header');
  });
});

describe('keys', () => {
  const other = randomBytes(32);

  it('of which one fits are enough', async () => {
    const { bytes } = await segment;
    const both: KeyLookup = async () => [other, ...(await lookup('', 0))];
    expect(await check(bytes, {}, both)).toBe('none');
    expect(await open(bytes, {}, both)).toBe('none');
  });

  it('of which none fits: the commitment says so, and the check says that the bytes are intact', async () => {
    const { bytes } = await segment;
    const wrong: KeyLookup = () => Promise.resolve([other]);
    expect(await check(bytes, {}, wrong)).toBe('key-commitment/data');
    await expect(checkObject(bytesSource(bytes), wrong, {})).rejects.not.toThrow('were changed');
    await expect(checkObject(bytesSource(flipped(bytes, 20)), lookup, {})).rejects.toThrow('were changed');
  });

  it('that were destroyed: erased, unless the bytes that name the key were changed', async () => {
    const { bytes } = await segment;
    const none: KeyLookup = () => Promise.resolve([]);
    expect(await check(bytes, {}, none)).toBe('erased/header');
    expect(await open(bytes, {}, none)).toBe('erased/header');
    expect(await check(flipped(bytes, 50), {}, none)).toBe('checksum/object');
  });

  it('that cannot be looked up: the error of the lookup, unless the bytes were changed', async () => {
    const { bytes } = await segment;
    const failing: KeyLookup = () => Promise.reject(new CxvaultError('STORE_UNREACHABLE', 'no answer'));
    await expect(checkObject(bytesSource(bytes), failing, { archiveId })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    await expect(openObject(bytesSource(bytes), failing, { archiveId })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    expect(await check(flipped(bytes, 50), { archiveId }, failing)).toBe('checksum/object');
  });

  it('are asked for by the id and number of the header', async () => {
    const { bytes } = await segment;
    const asked: [string, number][] = [];
    const noting: KeyLookup = (keyId, number) => {
      asked.push([keyId, number]);
      return lookup(keyId, number);
    };
    const { header } = await openObject(bytesSource(bytes), noting, {});
    expect(asked).toEqual([[header.keyId, 7]]);
  });
});

describe('a store that does not give what it said', () => {
  it.each([
    ['fewer', -1, 'truncated/object'],
    ['more', 1, 'size/object'],
  ])('%s bytes', async (_name, difference, expected) => {
    const { bytes } = await segment;
    const lying = {
      size: bytes.length,
      read: (offset: number, length: number) =>
        bytesSource(Buffer.concat([bytes, bytes])).read(offset, length + difference),
    };
    expect(await failureOf(() => openObject(lying, lookup, {}))).toBe(expected);
    expect(await failureOf(() => checkPublic(lying, {}))).toBe(expected);
  });
});

interface Region {
  readonly end: number;
  readonly failures: readonly string[];
}

/** What a flip in each region of an object must be reported as by the check, from front to back. */
function regionsOf(bytes: Uint8Array): Region[] {
  const dataSize = Number(Buffer.from(bytes).readBigUInt64BE(bytes.length - 56));
  const dataEnd = 64 + dataSize;
  const end = bytes.length;
  return [
    { end: 12, failures: ['header/header', 'key-commitment/data'] },
    // ids and key number: refused where a kind forbids them, else the commitment fails or the archive id is another
    { end: 64, failures: ['header/header', 'key-commitment/data'] },
    { end: 64 + 56, failures: ['key-commitment/data'] },
    { end: dataEnd, failures: ['chunk/data'] },
    { end: dataEnd + 56, failures: ['key-commitment/index'] },
    { end: end - 56, failures: ['chunk/index'] },
    { end: end - 40, failures: ['size/trailer'] },
    { end: end - 8, failures: ['checksum/object'] },
    { end, failures: ['checksum/trailer'] },
  ];
}

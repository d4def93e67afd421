import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodecError } from '../src/codec-error.ts';
import { decodeHeader, encodeHeader, kindNumbers } from '../src/header.ts';
import type { ObjectHeader, ObjectKind } from '../src/header.ts';
import { idFromBytes, idToBytes, isId, newId, rootKeyId } from '../src/ids.ts';
import { decodeTrailer, encodeTrailer, findEarlierTrailer, smallestObject } from '../src/trailer.ts';

const anyId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map(idFromBytes)
  .filter((id) => id !== rootKeyId);
const kinds: ObjectKind[] = ['records', 'media', 'journal', 'report', 'ring'];

const anyHeader: fc.Arbitrary<ObjectHeader> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    encoding: fc.constantFrom<ObjectHeader['encoding'][]>('identity', 'zstd'),
    keyNumber: fc.nat({ max: 0xffff_ffff }),
    archiveId: anyId,
    objectId: anyId,
    keyId: anyId,
  })
  .map((header) => ({
    ...header,
    keyNumber: kindNumbers[header.kind] > 2 ? 0 : header.keyNumber,
    keyId: header.kind === 'ring' ? rootKeyId : header.keyId,
  }));

const sample: ObjectHeader = {
  kind: 'records',
  encoding: 'zstd',
  keyNumber: 0x01020304,
  archiveId: '00112233-4455-6677-8899-aabbccddeeff',
  objectId: '10112233-4455-6677-8899-aabbccddeeff',
  keyId: '20112233-4455-6677-8899-aabbccddeeff',
};

function detailOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return error instanceof CodecError ? `${error.problem}: ${error.detail}` : 'another error';
  }
}

function changed(offset: number, value: number): Uint8Array {
  const bytes = Buffer.from(encodeHeader(sample));
  bytes.writeUInt8(value, offset);
  return bytes;
}

describe('the header', () => {
  it('has the bytes of the format document', () => {
    expect(Buffer.from(encodeHeader(sample)).toString('hex')).toBe(
      '894358560d0a1a0a' +
        '01010102' +
        '01020304' +
        '00112233445566778899aabbccddeeff10112233445566778899aabbccddeeff20112233445566778899aabbccddeeff',
    );
  });

  it('is the same after decoding and encoding, both ways', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodeHeader(header);
        expect(decodeHeader(bytes)).toEqual(header);
        expect(encodeHeader(decodeHeader(bytes))).toEqual(bytes);
      }),
    );
  });

  it('that decodes at all encodes to the same bytes', () => {
    fc.assert(
      fc.property(anyHeader, fc.nat(63), fc.nat(7), (header, offset, bit) => {
        const bytes = Buffer.from(encodeHeader(header));
        bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << bit), offset);
        let decoded: ObjectHeader;
        try {
          decoded = decodeHeader(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          return;
        }
        expect(Buffer.from(encodeHeader(decoded)).equals(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a foreign file', 0, 0x88, 'header: the first bytes are not those of an archive object'],
    ['another version', 8, 2, 'header: unknown format version 2'],
    ['another suite', 9, 7, 'header: unknown suite 7'],
    ['another kind', 10, 6, 'header: unknown kind 6'],
    ['another encoding', 11, 1, 'header: unknown content encoding 1'],
    ['a journal entry with a key number', 10, 3, 'header: a journal object uses key number 0, not 16909060'],
    ['a ring under a data key', 10, 5, 'header: the root key seals rings, all of them and nothing else'],
  ])('of %s is refused by name', (_name, offset, value, expected) => {
    expect(detailOf(() => decodeHeader(changed(offset, value)))).toBe(expected);
  });

  it('of records under the root key is refused', () => {
    expect(detailOf(() => encodeHeader({ ...sample, keyId: rootKeyId }))).toMatch(/^header: the root key/);
  });

  it('that is cut is refused', () => {
    expect(detailOf(() => decodeHeader(encodeHeader(sample).subarray(0, 63)))).toBe(
      'truncated: the header is cut',
    );
  });
});

describe('ids', () => {
  it('are UUIDv7 of the present, all different', () => {
    const ids = Array.from({ length: 1000 }, newId);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const age = Date.now() - Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
      expect(age >= 0 && age < 60_000).toBe(true);
    }
  });

  it('go to 16 bytes and back, in lower case only', () => {
    fc.assert(fc.property(anyId, (id) => expect(idFromBytes(idToBytes(id))).toBe(id)));
    expect(isId(newId().toUpperCase())).toBe(false);
    expect(() => idToBytes('0')).toThrow(RangeError);
  });
});

describe('the trailer', () => {
  const trailer = { dataSize: 1000, indexSize: 200, sha256: 'ab'.repeat(32) };
  const size = 64 + 1000 + 200 + 56;
  const write = (dataSize: bigint, indexSize: bigint): Buffer => {
    const bytes = Buffer.from(encodeTrailer(trailer));
    bytes.writeBigUInt64BE(dataSize, 0);
    bytes.writeBigUInt64BE(indexSize, 8);
    return bytes;
  };

  it('has the bytes of the format document', () => {
    expect(Buffer.from(encodeTrailer(trailer)).toString('hex')).toBe(
      `00000000000003e800000000000000c8${'ab'.repeat(32)}435856454e440d0a`,
    );
    expect(decodeTrailer(encodeTrailer(trailer), size)).toEqual(trailer);
  });

  it.each([
    ['that wrap around', 2n ** 64n - 1000n, BigInt(size) - 120n + 1000n],
    ['that wrap around the other way', BigInt(size) - 120n + 1000n, 2n ** 64n - 1000n],
    ['that are both huge', 2n ** 63n, 2n ** 63n + BigInt(size) - 120n],
    ['of a data message that is too short', 71n, BigInt(size) - 120n - 71n],
    ['of an index message that is too short', BigInt(size) - 120n - 71n, 71n],
    ['that are one byte off', 1001n, 200n],
  ])('with lengths %s is refused', (_name, dataSize, indexSize) => {
    expect(detailOf(() => decodeTrailer(write(dataSize, indexSize), size))).toMatch(/^size: /);
  });

  it('of another size of object is refused', () => {
    expect(detailOf(() => decodeTrailer(encodeTrailer(trailer), size + 1))).toMatch(/^size: /);
    expect(smallestObject).toBe(264);
  });

  it('without its magic is missing, or damaged where all else fits', () => {
    const bytes = Buffer.from(encodeTrailer(trailer));
    bytes.writeUInt8(0, 55);
    expect(detailOf(() => decodeTrailer(bytes, size))).toMatch(/^checksum: /);
    expect(detailOf(() => decodeTrailer(bytes, size + 1))).toMatch(/^truncated: /);
  });

  it('is found before bytes that follow it, however many look like it', () => {
    const after = Buffer.from('CXVEND\r\nCXVEND\r\nCXVEND\r\n');
    const tail = Buffer.concat([Buffer.alloc(20), encodeTrailer(trailer), after]);
    expect(findEarlierTrailer(tail, size + after.length)).toEqual({ end: size });
    expect(findEarlierTrailer(Buffer.concat([after, after]), 50_000)).toBeUndefined();
  });
});

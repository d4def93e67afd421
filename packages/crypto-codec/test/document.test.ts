import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { checkObject, newId, openObject, parseRing, sealDocument, sealRing } from '../src/index.ts';
import { largestDocument } from '../src/document.ts';
import {
  archiveId,
  bytesSource,
  failureOf,
  flipped,
  journalOptions,
  lookup,
  ringOptions,
  sha256,
} from './sealed-samples.ts';

const anyJson = z.json();

describe.each(['zstd', 'none'] as const)('a document with compression %s', (compression) => {
  it('comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('journal' as const, 'report' as const),
        fc.jsonValue(),
        async (kind, value) => {
          // through text: -0 and the like do not survive JSON
          const document = anyJson.parse(JSON.parse(JSON.stringify(value)));
          const { bytes, summary } = sealDocument(kind, document, journalOptions(compression));
          const object = await openObject(bytesSource(bytes), lookup, {
            archiveId,
            kind,
            objectKey: 'runs/r/000001.cxv',
          });
          expect(await object.readDocument()).toEqual(document);
          expect(summary).toMatchObject({ kind, size: bytes.length, sha256: sha256(bytes) });
          expect((await checkObject(bytesSource(bytes), lookup, { kind })).content).toEqual(summary.content);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of several MiB takes several frames', async () => {
    const document = Array.from({ length: 60_000 }, (_, n) => `entry ${n} of a long journal`);
    const { bytes } = sealDocument('journal', document, journalOptions(compression));
    const object = await openObject(bytesSource(bytes), lookup, {});
    expect(await object.readDocument()).toEqual(document);
    expect(object.index.frames.length).toBe(compression === 'zstd' ? 2 : 1);
  });
});

describe('a document', () => {
  it('that no reader would take is not written', () => {
    expect(() => sealDocument('report', 'x'.repeat(largestDocument), journalOptions())).toThrow(RangeError);
  });

  it('is sealed differently each time', () => {
    const [first, second] = [1, 2].map(() => sealDocument('report', 1, journalOptions()));
    expect(first?.summary.objectId).not.toBe(second?.summary.objectId);
    expect(first?.summary.sha256).not.toBe(second?.summary.sha256);
  });
});

describe('a ring', () => {
  const rootKey = randomBytes(32);
  const rootLookup = (keyId: string, number: number): Promise<Uint8Array[]> =>
    Promise.resolve(keyId === '00000000-0000-0000-0000-000000000000' && number === 0 ? [rootKey] : []);
  const keyId = newId();

  it('comes back with its destroyed keys as null', async () => {
    const keys = [randomBytes(32), null, randomBytes(32)];
    const { bytes, summary } = sealRing(keyId, keys, ringOptions(rootKey));
    expect(summary).toMatchObject({ objectId: keyId, objectKey: `keys/ring/${keyId}.cxv`, kind: 'ring' });
    const expected = { archiveId, kind: 'ring' as const, objectKey: summary.objectKey, objectId: keyId };
    const object = await openObject(bytesSource(bytes), rootLookup, expected);
    const ring = parseRing(await object.readDocument(), keyId);
    expect(ring).toMatchObject({ keyId, createdAt: '2026-01-02T03:04:05.678Z' });
    expect(ring.keys.map((key) => key && Buffer.from(key).toString('hex'))).toEqual(
      keys.map((key) => key?.toString('hex') ?? null),
    );
  });

  it('in the place of another ring is swapped', async () => {
    const { bytes } = sealRing(keyId, [rootKey], ringOptions(rootKey));
    const objectKey = `keys/ring/${newId()}.cxv`;
    expect(await failureOf(() => openObject(bytesSource(bytes), rootLookup, { objectKey }))).toBe(
      'swapped/header',
    );
    expect(
      await failureOf(async () =>
        Promise.resolve(parseRing({ key_id: keyId, keys: [null], created_at: '' }, newId())),
      ),
    ).toBe('swapped/ring');
  });

  it('is found changed', async () => {
    const { bytes } = sealRing(keyId, [rootKey], ringOptions(rootKey));
    expect(await failureOf(() => checkObject(bytesSource(flipped(bytes, 130)), rootLookup, {}))).toBe(
      'chunk/data',
    );
  });

  it('is not sealed under a data key, nor data under the root key', () => {
    const options = { ...ringOptions(rootKey), key: { keyId, number: 0, key: rootKey } };
    expect(() => sealRing(keyId, [rootKey], options)).toThrow(/root key/);
    expect(() => sealDocument('journal', 1, ringOptions(rootKey))).toThrow(/root key/);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['no keys', { key_id: keyId, keys: [], created_at: '' }],
    ['a short key', { key_id: keyId, keys: ['AAAA'], created_at: '' }],
    [
      'base64 without padding',
      { key_id: keyId, keys: [randomBytes(32).toString('base64').slice(0, 43)], created_at: '' },
    ],
    ['base64 of the URL alphabet', { key_id: keyId, keys: [`${'_'.repeat(42)}8=`], created_at: '' }],
    [
      'base64 with a newline',
      { key_id: keyId, keys: [`${randomBytes(32).toString('base64')}\n`], created_at: '' },
    ],
    ['base64 with stray bits', { key_id: keyId, keys: [`${'A'.repeat(42)}B=`], created_at: '' }],
  ])('is refused: %s', async (_name, document) => {
    expect(await failureOf(async () => Promise.resolve(parseRing(document, keyId)))).toBe('content/ring');
  });
});

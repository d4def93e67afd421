import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { zstdDecompressSync } from 'node:zlib';
import { isCxvaultError } from '@cxvault/plugin-api';
import { checkObject, checkPublic, openObject, SegmentSealer } from '../src/index.ts';
import { openMessage } from '../src/cobblestone-opener.ts';
import { messageContext } from '../src/message-context.ts';
import {
  archiveId,
  bytesSource,
  collect,
  failureOf,
  key,
  linesOf,
  lookup,
  sealOptions,
  sealSegment,
  sha256,
  watchedSource,
} from './sealed-samples.ts';

function joined(lines: readonly Uint8Array[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

const line = fc
  .string({ minLength: 1, maxLength: 60, unit: 'binary' })
  .map((text) => Buffer.from(JSON.stringify(text)));

describe.each(['zstd', 'none'] as const)('a segment with compression %s', (compression) => {
  it('gives its lines back, one by one and as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const { bytes, summary } = await sealSegment(lines, sealOptions(compression));
        const object = await openObject(bytesSource(bytes), lookup, {
          archiveId,
          objectKey: summary.objectKey,
        });
        expect((await collect(object.content())).equals(joined(lines))).toBe(true);
        for (const [n, expected] of lines.entries()) {
          expect(Buffer.from(await object.readRecord(n)).equals(expected)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says of itself what the journal needs', async () => {
    const lines = linesOf(100);
    const { bytes, summary } = await sealSegment(lines, sealOptions(compression));
    expect(summary).toMatchObject({
      kind: 'records',
      size: bytes.length,
      sha256: sha256(bytes),
      content: { bytes: joined(lines).length, sha256: sha256(joined(lines)) },
    });
    expect(summary.objectKey).toBe(`data/records/2026/01/02/${summary.objectId}.cxv`);
  });

  it('passes the whole check, which hands over content and records', async () => {
    const lines = linesOf(12_000, 64);
    const { bytes, summary } = await sealSegment(lines, sealOptions(compression));
    const content: Buffer[] = [];
    const records: string[] = [];
    const checked = await checkObject(
      watchedSource(bytes, 65_536),
      lookup,
      { archiveId, objectKey: summary.objectKey, kind: 'records', objectId: summary.objectId },
      (part) => content.push(Buffer.from(part)),
      (record, text) => records.push(`${record.interaction_id} ${Buffer.from(text).toString()}`),
    );
    expect(checked.sha256).toBe(summary.sha256);
    expect(checked.content).toEqual(summary.content);
    expect(Buffer.concat(content).equals(joined(lines))).toBe(true);
    expect(records).toEqual(lines.map((text, n) => `i-${n} ${text.toString()}`));
    expect((await checkPublic(bytesSource(bytes), { archiveId })).sha256).toBe(summary.sha256);
  });
});

describe('a segment of more than one frame', () => {
  const lines = linesOf(25_000, 64);
  const compressed = sealSegment(lines, sealOptions());
  const plain = sealSegment(lines, sealOptions('none'));

  it('cuts its frames at line ends, at about 1 MiB', async () => {
    const { bytes } = await compressed;
    const { index } = await openObject(bytesSource(bytes), lookup, {});
    expect(index.frames.length).toBe(3);
    for (const [, , rawLength] of index.frames.slice(0, -1)) {
      expect(rawLength >= 2 ** 20 && rawLength < 2 ** 20 + 1000).toBe(true);
    }
    const starts = (index.records ?? []).filter((record) => record.start === 0).map((record) => record.frame);
    expect(starts).toEqual([0, 1, 2]);
  });

  it('costs a reader of one record exactly the ranges of the format document', async () => {
    const { bytes } = await compressed;
    const source = watchedSource(bytes);
    const object = await openObject(source, lookup, {});
    const { dataSize, indexSize } = object.trailer;
    expect(source.reads).toEqual([
      [0, 120],
      [bytes.length - 56, 56],
      [64 + dataSize, indexSize],
    ]);
    source.reads.length = 0;
    const wanted = (object.index.records ?? []).findIndex((record) => record.frame === 1) + 5;
    expect(Buffer.from(await object.readRecord(wanted)).equals(lines[wanted] ?? Buffer.of())).toBe(true);
    const [offset, length] = object.index.frames[1] ?? [0, 0];
    const from = Math.floor(offset / 16_384);
    const to = Math.floor((offset + length - 1) / 16_384) + 1;
    expect(source.reads).toEqual([[64 + 56 + from * 16_400, (to - from) * 16_400]]);
  });

  it('costs only the chunks of the record where it was not compressed', async () => {
    const { bytes } = await plain;
    const source = watchedSource(bytes);
    const object = await openObject(source, lookup, {});
    source.reads.length = 0;
    expect(Buffer.from(await object.readRecord(20_000)).equals(lines[20_000] ?? Buffer.of())).toBe(true);
    expect(source.reads.length).toBe(1);
    expect([16_400, 32_800]).toContain(source.reads[0]?.[1]);
  });

  it('reads its last record, in the short last chunk', async () => {
    for (const segment of [compressed, plain]) {
      const { bytes } = await segment;
      const object = await openObject(bytesSource(bytes), lookup, {});
      expect(Buffer.from(await object.readRecord(24_999)).equals(lines[24_999] ?? Buffer.of())).toBe(true);
      await expect(object.readRecord(25_000)).rejects.toThrow(RangeError);
    }
  });

  it('opens to independent frames, each of them a .zst file of its own', async () => {
    const { bytes } = await compressed;
    const { index, trailer } = await openObject(bytesSource(bytes), lookup, {});
    const context = messageContext('data', bytes.subarray(0, 64));
    const plaintext =
      openMessage(key, context, bytes.subarray(64, 64 + trailer.dataSize), 'data') ?? Buffer.of();
    const raw = index.frames.map(([offset, length]) =>
      zstdDecompressSync(plaintext.subarray(offset, offset + length)),
    );
    expect(Buffer.concat(raw).equals(joined(lines))).toBe(true);
  });
});

describe('a segment sealer', () => {
  it('refuses a record above 32 MiB before anything changes', async () => {
    const sealer = new SegmentSealer(sealOptions());
    sealer.add('a', Buffer.from('{}'));
    const tooLarge = Buffer.alloc(32 * 2 ** 20 + 1, 'x');
    let code = '';
    try {
      sealer.add('b', tooLarge);
    } catch (error) {
      code = isCxvaultError(error) ? error.code : '';
    }
    expect(code).toBe('RECORD_TOO_LARGE');
    expect([sealer.recordCount, sealer.plaintextBytes]).toEqual([1, 3]);
    const { bytes } = await sealer.finish();
    expect(await failureOf(() => checkObject(bytesSource(bytes), lookup, {}))).toBe('none');
  });

  it('takes a record of exactly 32 MiB', async () => {
    const largest = Buffer.alloc(32 * 2 ** 20, 'x');
    const { bytes } = await sealSegment([Buffer.from('{}'), largest], sealOptions());
    const object = await openObject(bytesSource(bytes), lookup, {});
    expect(sha256(await object.readRecord(1))).toBe(sha256(largest));
  });

  it('refuses what is not one line', () => {
    const sealer = new SegmentSealer(sealOptions());
    expect(() => sealer.add('a', Buffer.from('{\n}'))).toThrow(/one line/);
    expect(() => sealer.add('a', Buffer.alloc(0))).toThrow(/one line/);
    expect(sealer.recordCount).toBe(0);
  });

  it('returns the hash of each line', () => {
    const sealer = new SegmentSealer(sealOptions());
    expect(sealer.add('a', Buffer.from('{}')).sha256).toBe(sha256(Buffer.from('{}')));
    expect(sealer.objectKey).toMatch(/^data\/records\//);
  });
});

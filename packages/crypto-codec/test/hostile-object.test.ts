import { describe, expect, it } from '@jest/globals';
import { constants, zstdCompressSync } from 'node:zlib';
import { checkObject, openObject } from '../src/index.ts';
import { compressFrameSync } from '../src/frames.ts';
import { encodeTrailer } from '../src/trailer.ts';
import type { Forgery } from './sealed-samples.ts';
import { archiveId, bytesSource, collect, failureOf, forge, lookup, sha256 } from './sealed-samples.ts';

/** The same failure from the check and from reading the content. */
async function failure(forgery: Forgery): Promise<string> {
  const source = bytesSource(forge(forgery));
  const checked = await failureOf(() => checkObject(source, lookup, { archiveId }));
  const opened = await failureOf(async () =>
    collect((await openObject(source, lookup, { archiveId })).content()),
  );
  expect(opened).toBe(checked);
  return checked;
}

const raw = Buffer.from('some text that was compressed, some text that was compressed');
const frame = compressFrameSync(raw);
const zstd = { header: { encoding: 'zstd' as const } };
const compressed = (data: Uint8Array, frames: unknown, content: Uint8Array = raw): Forgery => ({
  ...zstd,
  data,
  index: { frames, bytes: content.length, sha256: sha256(content) },
});

/** A skippable frame (RFC 8878 3.1.2) with four bytes in it. */
const skippable = Buffer.from('502a4d1804000000aabbccdd', 'hex');

/** Bytes: enough that a window of 16 MiB is not narrowed to the content. */
const windowed = 20 * 2 ** 20;

function withWindow(log: number, content = Buffer.alloc(windowed)): Buffer {
  return zstdCompressSync(content, {
    params: { [constants.ZSTD_c_windowLog]: log, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
}

/** An index that is good but for a field with so many values that nobody knows. */
function ofValues(value: string, count: number): Buffer {
  const list = Buffer.from(`${value},`.repeat(count - 1) + value);
  return compressFrameSync(Buffer.concat([goodIndex('"x":['), list, Buffer.from(']}')]));
}

/** The text of a good index, open for one more field. */
function goodIndex(field: string): Buffer {
  const index = {
    object_key: 'k',
    bytes: 7,
    sha256: sha256(Buffer.from('content')),
    frames: [[0, 7, 7]],
    medium: { interaction_id: 'i', media_id: 'm', content_type: 't' },
  };
  return Buffer.from(`${JSON.stringify(index).slice(0, -1)},${field}`);
}

describe('a forgery by somebody with the key', () => {
  it('that keeps the rules is a good object', async () => {
    expect(await failure({})).toBe('none');
    expect(await failure({ data: Buffer.alloc(0) })).toBe('none');
    expect(await failure(compressed(frame, [[0, frame.length, raw.length]]))).toBe('none');
    expect(await failure({ ...zstd, data: Buffer.alloc(0) })).toBe('none');
  });

  it('may list a frame of no bytes for no content', async () => {
    expect(await failure({ data: Buffer.alloc(0), index: { frames: [[0, 0, 0]] } })).toBe('none');
  });

  it('may have fields that belong to another kind', async () => {
    expect(await failure({ index: { records: [] } })).toBe('none');
    expect(await failure({ index: { records: 'x' } })).toBe('none');
    expect(await failure({ header: { kind: 'report', keyNumber: 0 }, index: { medium: null } })).toBe('none');
  });

  it('may have fields that nobody knows', async () => {
    expect(await failure({ indexPlaintext: ofValues('",,,,[{[{[{"', 1_000_000) })).toBe('none');
    expect(
      await failure({
        index: { colour: 'blue', medium: { interaction_id: 'i', media_id: 'm', content_type: 't', x: 1 } },
      }),
    ).toBe('none');
  });

  it.each<[string, Record<string, unknown>]>([
    [
      'frames that overlap',
      {
        frames: [
          [0, 4, 4],
          [3, 4, 3],
        ],
      },
    ],
    ['a gap between frames', { frames: [[1, 7, 7]] }],
    [
      'two frames of identity content',
      {
        frames: [
          [0, 3, 3],
          [3, 4, 4],
        ],
      },
    ],
    ['a frame that states two lengths', { frames: [[0, 7, 8]], bytes: 8 }],
    ['frames that do not cover the data', { frames: [[0, 6, 6]], bytes: 6 }],
    ['frames beyond the data', { frames: [[0, 8, 8]], bytes: 8 }],
    ['another sum of bytes', { bytes: 8 }],
    ['negative offsets', { frames: [[-1, 7, 7]] }],
    ['fractions', { frames: [[0, 7.5, 7.5]] }],
    ['numbers beyond exactness', { frames: [[0, 2 ** 53, 2 ** 53]], bytes: 2 ** 53 }],
    ['frames of two numbers', { frames: [[0, 7]] }],
    ['no frames for some content', { frames: [] }],
    [
      'a frame for no content',
      {
        frames: [
          [0, 7, 7],
          [7, 0, 0],
        ],
      },
    ],
    ['no object key', { object_key: '' }],
    ['a hash in upper case', { sha256: sha256(Buffer.from('content')).toUpperCase() }],
    ['a medium without a name', { medium: undefined }],
    ['a medium of the wrong type', { medium: { interaction_id: 1, media_id: 'm', content_type: 't' } }],
  ])('is refused: %s', async (_name, index) => {
    expect(await failure({ index })).toBe('index/index');
  });

  it.each<[string, Uint8Array]>([
    ['not compressed', Buffer.from('{}')],
    ['no JSON', compressFrameSync(Buffer.from('{"a":'))],
    ['no UTF-8', compressFrameSync(Buffer.from([0x22, 0xff, 0x22]))],
    [
      'two frames',
      Buffer.concat([compressFrameSync(Buffer.from('{}')), compressFrameSync(Buffer.from('{}'))]),
    ],
    ['nothing', Buffer.alloc(0)],
    ['a skippable frame first', Buffer.concat([skippable, compressFrameSync(Buffer.from('{}'))])],
    ['more than 64 MiB of text', compressFrameSync(Buffer.alloc(64 * 2 ** 20 + 1, ' '))],
    ['a list', compressFrameSync(Buffer.from('[]'))],
    ['so many values that parsing them would take gigabytes', ofValues('[0,1,1]', 1_100_000)],
    ['so many values that nobody knows', ofValues('{"a":"\\","}', 2_200_000)],
  ])('is refused: an index of %s', async (_name, indexPlaintext) => {
    expect(await failure({ indexPlaintext })).toBe('index/index');
  });

  it('is refused before it is read: an index message of more than 64 MiB', async () => {
    const indexSize = 64 * 2 ** 20 + 1;
    const small = forge({});
    const trailer = encodeTrailer({ dataSize: 79, indexSize, sha256: '0'.repeat(64) });
    const size = 64 + 79 + indexSize + 56;
    let read = 0;
    const source = {
      size,
      read: (offset: number, length: number) => {
        read += length;
        const bytes = Buffer.alloc(length);
        if (offset < 200) small.copy(bytes, 0, offset, 200);
        if (offset + length === size) Buffer.from(trailer).copy(bytes, length - 56);
        return bytesSource(bytes).read(0, length);
      },
    };
    expect(await failureOf(() => openObject(source, lookup, {}))).toBe('index/index');
    expect(await failureOf(() => checkObject(source, lookup, {}))).toBe('index/index');
    expect(read).toBeLessThan(100_000);
  });

  it('is refused: content with another hash', async () => {
    expect(await failure({ index: { sha256: sha256(Buffer.from('x')) } })).toBe('digest/content');
  });
});

describe('a forged frame', () => {
  it.each<[string, Uint8Array, number]>([
    ['states another length', frame, raw.length + 1],
    ['is a shorter one', frame, raw.length - 1],
    ['is two', Buffer.concat([frame, frame]), raw.length],
    ['is two, counted together', Buffer.concat([frame, frame]), 2 * raw.length],
    ['is followed by a skippable frame', Buffer.concat([frame, skippable]), raw.length],
    ['follows a skippable frame', Buffer.concat([skippable, frame]), raw.length],
    ['is a skippable frame', skippable, raw.length],
    ['is cut', frame.subarray(0, -1), raw.length],
    ['is followed by a byte', Buffer.concat([frame, Buffer.of(0)]), raw.length],
    ['is no frame', Buffer.from('plain text, not a frame'), 23],
    [
      'asks for a dictionary',
      Buffer.concat([frame.subarray(0, 4), Buffer.of(0x21, 7), frame.subarray(5)]),
      raw.length,
    ],
    [
      'uses a reserved bit',
      Buffer.concat([frame.subarray(0, 4), Buffer.of((frame[4] ?? 0) | 8), frame.subarray(5)]),
      raw.length,
    ],
    [
      'has a broken block',
      Buffer.concat([frame.subarray(0, 12), Buffer.alloc(frame.length - 12, 0xff)]),
      raw.length,
    ],
  ])('is refused: it %s', async (_name, data, rawLength) => {
    const forgery = compressed(data, [[0, data.length, rawLength]], Buffer.alloc(rawLength));
    expect(await failure(forgery)).toBe('content/content');
  });

  it('is refused: a bomb that states little', async () => {
    const bomb = compressFrameSync(Buffer.alloc(32 * 2 ** 20));
    expect(await failure(compressed(bomb, [[0, bomb.length, 100]], Buffer.alloc(100)))).toBe(
      'content/content',
    );
    const silent = withWindow(20);
    expect(await failure(compressed(silent, [[0, silent.length, 100]], Buffer.alloc(100)))).toBe(
      'content/content',
    );
  });

  it('is refused: a frame that states more than 64 MiB', async () => {
    const forgery = {
      ...zstd,
      data: frame,
      index: { frames: [[0, frame.length, 64 * 2 ** 20 + 1]], bytes: 64 * 2 ** 20 + 1 },
    };
    expect(await failure(forgery)).toBe('index/index');
  });

  it('is refused: a window of more than 8 MiB; 8 MiB will do', async () => {
    const content = Buffer.alloc(windowed);
    const wide = withWindow(24);
    expect(await failure(compressed(wide, [[0, wide.length, content.length]], content))).toBe(
      'content/content',
    );
    const fitting = withWindow(23);
    expect(await failure(compressed(fitting, [[0, fitting.length, content.length]], content))).toBe('none');
  });
});

it('an index may be compressed with a window of more than 8 MiB', async () => {
  const content = Buffer.from('content');
  const index = {
    object_key: 'data/media/x.cxv',
    bytes: content.length,
    sha256: sha256(content),
    frames: [[0, content.length, content.length]],
    medium: { interaction_id: 'i', media_id: 'm', content_type: 't' },
    unknown: ' '.repeat(windowed),
  };
  const indexPlaintext = withWindow(24, Buffer.from(JSON.stringify(index)));
  expect(await failure({ data: content, indexPlaintext })).toBe('none');
});

describe('a forged segment', () => {
  const lines = Buffer.from('{"a":1}\n{"b":2}\n');
  const entry = {
    interaction_id: 'i',
    sha256: sha256(Buffer.from('{"a":1}')),
    frame: 0,
    start: 0,
    length: 7,
  };
  const second = { ...entry, sha256: sha256(Buffer.from('{"b":2}')), start: 8 };
  const segment = (records: unknown, data = lines): Forgery => ({
    header: { kind: 'records' },
    data,
    index: { records },
  });

  it('that keeps the rules is good', async () => {
    expect(await failure(segment([entry, second]))).toBe('none');
  });

  it('may list its records in any order', async () => {
    const forged = segment([second, entry]);
    expect(await failure(forged)).toBe('none');
    const object = await openObject(bytesSource(forge(forged)), lookup, {});
    expect(object.index.records).toEqual([entry, second]);
    expect(Buffer.from(await object.readRecord(0)).toString()).toBe('{"a":1}');
  });

  it.each<[string, unknown]>([
    ['no list of records', undefined],
    ['a record twice', [entry, entry, second]],
    ['a record left out', [entry]],
    ['a record in a frame that is not there', [entry, { ...second, frame: 1 }]],
    ['a record beyond its frame', [entry, { ...second, length: 8 }]],
    ['a record that overlaps', [entry, { ...second, start: 7 }]],
    ['a record beyond exactness', [entry, { ...second, start: Number.MAX_SAFE_INTEGER }]],
    ['a negative length', [{ ...entry, length: -1 }, second]],
  ])('is refused: %s', async (_name, records) => {
    expect(await failure(segment(records))).toBe('index/index');
  });

  it('is refused: a record with another hash', async () => {
    const forged = segment([entry, { ...second, sha256: entry.sha256 }]);
    expect(await failure(forged)).toBe('digest/content');
    const object = await openObject(bytesSource(forge(forged)), lookup, {});
    expect(await failureOf(() => object.readRecord(1))).toBe('digest/content');
    expect(await failureOf(() => object.readRecord(0))).toBe('none');
  });

  it('is refused: a line without its newline', async () => {
    expect(await failure(segment([entry, second], Buffer.from('{"a":1} {"b":2}\n')))).toBe('content/content');
  });
});

it('a forged segment is refused: a record of two lines', async () => {
  const lines = Buffer.from('{"a":\n1}\n');
  const sha = sha256(lines.subarray(0, -1));
  const records = [{ interaction_id: 'a', sha256: sha, frame: 0, start: 0, length: lines.length - 1 }];
  const forged = { header: { kind: 'records' as const }, data: lines, index: { records } };
  expect(await failure(forged)).toBe('content/content');
});

describe('a forged document', () => {
  it.each([
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0x22, 0xc0, 0x22])],
    ['nothing', Buffer.alloc(0)],
  ])('is refused: %s', async (_name, data) => {
    const object = await openObject(
      bytesSource(forge({ header: { kind: 'journal', keyNumber: 0 }, data })),
      lookup,
      {},
    );
    expect(await failureOf(() => object.readDocument())).toBe('content/content');
  });

  it('is refused above 64 MiB, before it is read', async () => {
    const data = Buffer.alloc(64 * 2 ** 20 + 1, ' ');
    data.write('1'); // JSON, if it were read
    const object = await openObject(
      bytesSource(forge({ header: { kind: 'report', keyNumber: 0 }, data })),
      lookup,
      {},
    );
    expect(await failureOf(() => object.readDocument())).toBe('content/content');
  });
});

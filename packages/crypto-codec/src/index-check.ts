import { CodecError } from './codec-error.ts';
import { largestFrame, largestRawFrame } from './frames.ts';
import type { ObjectHeader } from './header.ts';
import type { ObjectIndex, RecordEntry } from './index-message.ts';

/** The longest record line, without its newline; bytes (archive-format.md). */
export const largestRecord = 32 * 2 ** 20;

/**
 * Checks an index against itself, the header and the size of DATA's plaintext, so that readers may trust every offset.
 * Throws a CodecError (`index`).
 */
export function checkIndex(index: ObjectIndex, header: ObjectHeader, dataPlaintextSize: number): void {
  if (header.encoding === 'identity') checkIdentityFrame(index);
  else checkZstdFrames(index);
  checkSums(index, dataPlaintextSize);
  if (index.records !== undefined) checkRecords(index, index.records);
}

function checkIdentityFrame(index: ObjectIndex): void {
  if (index.frames.length > 1) throw refused('identity content has more than one frame');
  for (const [, length, rawLength] of index.frames) {
    if (length !== rawLength) throw refused('a frame of identity content states two lengths');
  }
}

function checkZstdFrames(index: ObjectIndex): void {
  for (const [, length, rawLength] of index.frames) {
    if (rawLength > largestRawFrame || length > largestFrame) throw refused('a frame is larger than 64 MiB');
  }
}

function checkSums(index: ObjectIndex, dataPlaintextSize: number): void {
  let end = 0;
  let rawEnd = 0;
  for (const [offset, length, rawLength] of index.frames) {
    if (offset !== end || length === 0 || rawLength === 0) throw refused('the frames are not contiguous');
    end += length;
    rawEnd += rawLength;
    // compared at each step: the sums stay exact, each is below 2^54
    if (end > dataPlaintextSize || rawEnd > index.bytes) break;
  }
  if (end !== dataPlaintextSize) throw refused('the frames do not add up to the data');
  if (rawEnd !== index.bytes) throw refused('the frames do not add up to the content');
}

/** Records tile the frames: each line with its newline follows the one before, and each frame ends with a line. */
function checkRecords(index: ObjectIndex, records: readonly RecordEntry[]): void {
  let frame = 0;
  let at = 0;
  for (const record of records) {
    if (record.frame === frame + 1 && at === rawLengthOf(index, frame)) {
      frame += 1;
      at = 0;
    }
    at = endOfRecord(index, record, frame, at);
  }
  const last = records.length === 0 ? 0 : frame + 1;
  if (last !== index.frames.length || (last > 0 && at !== rawLengthOf(index, frame))) {
    throw refused('the records do not cover the content');
  }
}

function endOfRecord(index: ObjectIndex, record: RecordEntry, frame: number, at: number): number {
  if (record.frame !== frame || record.start !== at) throw refused('the records do not follow one another');
  if (record.length > largestRecord) throw refused('a record is longer than 32 MiB');
  const end = record.start + record.length + 1; // the newline
  if (end > rawLengthOf(index, frame)) throw refused('a record reaches beyond its frame');
  return end;
}

function rawLengthOf(index: ObjectIndex, frame: number): number {
  return index.frames[frame]?.[2] ?? 0;
}

function refused(detail: string): CodecError {
  return new CodecError('index', 'index', detail);
}

import { createHash } from 'node:crypto';
import type { JsonValue } from '@cxvault/plugin-api';
import { compressFrameSync, frameSize } from './frames.ts';
import { newId } from './ids.ts';
import { ObjectSealer } from './object-sealer.ts';
import type { SealTarget } from './object-sealer.ts';
import type { SealOptions, SealedSummary } from './seal-options.ts';

/** The most that a reader takes for one document; bytes. A journal entry of 1,000 records has about 1 MB. */
export const largestDocument = 64 * 2 ** 20;

/** One JSON document as a complete archive object. */
export interface SealedDocument {
  readonly bytes: Uint8Array;
  readonly summary: SealedSummary;
}

/** Seals a journal entry or a report under a fresh object id. */
export function sealDocument(
  kind: 'journal' | 'report',
  document: JsonValue,
  options: SealOptions,
): SealedDocument {
  const objectId = newId();
  return sealJson({ kind, objectId, objectKey: options.objectKeyOf(objectId) }, document, options);
}

/** Seals one JSON document under names that were fixed before. Throws a RangeError above {@link largestDocument}. */
export function sealJson(target: SealTarget, document: JsonValue, options: SealOptions): SealedDocument {
  const json = Buffer.from(JSON.stringify(document));
  if (json.length > largestDocument)
    throw new RangeError(`a document of ${json.length} bytes is too large to be read back`);
  const sealer = new ObjectSealer(target, options.compression === 'zstd' ? 'zstd' : 'identity', options);
  if (options.compression === 'none') sealer.writeIdentity(json);
  else writeFrames(sealer, json);
  const content = { bytes: json.length, sha256: createHash('sha256').update(json).digest('hex') };
  const earlier = sealer.take();
  const { pieces, summary } = sealer.finish(content, {});
  return { bytes: Buffer.concat([...earlier, ...pieces]), summary };
}

function writeFrames(sealer: ObjectSealer, json: Buffer): void {
  for (let at = 0; at < json.length; at += frameSize) {
    const raw = json.subarray(at, at + frameSize);
    sealer.writeFrame(compressFrameSync(raw), raw.length);
  }
}

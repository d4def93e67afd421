import { createHash } from 'node:crypto';

import {
  bytesSource,
  checkObject,
  decodeHeader,
  headerSize,
  kindNumbers,
  openObject,
} from '@cxvault/crypto-codec';
import type { ByteSource, Expected, ObjectKind } from '@cxvault/crypto-codec';

import { storeSource } from '../byte-source.ts';
import { compareMedium } from './compare-medium.ts';
import { compareIndex, RecordComparison } from './compare-records.ts';
import { DamageFound } from './damage-found.ts';
import { noFacts } from './tally.ts';
import type { ObjectFacts } from './tally.ts';
import type { VerifyContext } from './verify-context.ts';
import type { PlannedObject } from './verify-plan.ts';

const smallObject = 64 * 1024; // bytes

/**
 * Checks one object as deep as asked. Throws `DamageFound` or a `CodecError` for damage, `RingUnusable` when its
 * key cannot be had, and the store's errors as they are.
 */
export function checkAtDepth(
  context: VerifyContext,
  object: PlannedObject,
  depth: 'structure' | 'checksum' | 'full',
): Promise<ObjectFacts> {
  if (depth === 'structure') return checkStructure(context, object);
  if (depth === 'checksum') return checkStored(context, object);
  return object.kind === kindNumbers.records ? checkSegment(context, object) : checkMedium(context, object);
}

async function checkStructure(context: VerifyContext, object: PlannedObject): Promise<ObjectFacts> {
  const stored = sourceOf(context, object);
  // one request costs less than the three for head, trailer and index
  const source = object.bytes <= smallObject ? bytesSource(await readAll(stored, stored.size)) : stored;
  const { index } = await openObject(source, lookupOf(context), expectedOf(context, object));
  if (object.kind === kindNumbers.records) compareIndex(context.catalog, object.key, index.records ?? []);
  else compareMedium(context.catalog, object.key, index.medium, index);
  return noFacts;
}

/** One pass over a segment: every byte, every frame, every record. */
async function checkSegment(context: VerifyContext, object: PlannedObject): Promise<ObjectFacts> {
  const comparison = new RecordComparison(context.catalog, object.key);
  const checked = await checkObject(
    sourceOf(context, object),
    lookupOf(context),
    expectedOf(context, object),
    undefined,
    (_record, line) => {
      comparison.record(line);
    },
  );
  requireStoredHash(object, checked.sha256);
  compareIndex(context.catalog, object.key, checked.index.records ?? []);
  return { ...noFacts, records: comparison.end() };
}

async function checkMedium(context: VerifyContext, object: PlannedObject): Promise<ObjectFacts> {
  const checked = await checkObject(
    sourceOf(context, object),
    lookupOf(context),
    expectedOf(context, object),
  );
  requireStoredHash(object, checked.sha256);
  compareMedium(context.catalog, object.key, checked.index.medium, checked.content);
  return { ...noFacts, media: 1, mediaBytes: checked.content.bytes };
}

/** The stored bytes' SHA-256: from the store where it keeps one, else by reading them. */
async function checkStored(context: VerifyContext, object: PlannedObject): Promise<ObjectFacts> {
  const { archive, signal } = context;
  const known = (await archive.store.stat(object.key, { ...(signal && { signal }) }))?.checksum;
  const source = sourceOf(context, object);
  const { header, sha256 } =
    known?.kind === 'sha256'
      ? {
          header: await readAll(source, headerSize),
          sha256: Buffer.from(known.base64, 'base64').toString('hex'),
        }
      : await hashStored(source);
  requireStoredHash(object, sha256);
  const { keyId, keyNumber } = decodeHeader(header);
  await lookupOf(context)(keyId, keyNumber);
  return noFacts;
}

/** The SHA-256 of a stored object, and its first bytes. */
export async function hashStored(source: ByteSource): Promise<{ header: Uint8Array; sha256: string }> {
  const hash = createHash('sha256');
  const header = Buffer.alloc(headerSize);
  let at = 0;
  for await (const chunk of await source.read(0, source.size)) {
    hash.update(chunk);
    if (at < headerSize) header.set(chunk.subarray(0, headerSize - at), at);
    at += chunk.length;
  }
  return { header: header.subarray(0, Math.min(at, headerSize)), sha256: hash.digest('hex') };
}

async function readAll(source: ByteSource, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.read(0, length)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function requireStoredHash(object: PlannedObject, sha256: string): void {
  if (sha256 === object.sha256) return;
  throw new DamageFound('checksum', 'the stored bytes are not those whose SHA-256 the journal names');
}

/** The object as the store gives it. */
export function sourceOf({ archive, signal }: VerifyContext, object: PlannedObject): ByteSource {
  return storeSource(archive.store, object.key, object.bytes, signal);
}

function lookupOf({ archive, rings }: VerifyContext): ReturnType<VerifyContext['rings']['lookup']> {
  return rings.lookup(archive);
}

function expectedOf({ archive }: VerifyContext, object: PlannedObject): Expected {
  const kind = kindOf(object.kind);
  return { archiveId: archive.id, objectKey: object.key, ...(kind && { kind }) };
}

function kindOf(number: number): ObjectKind | undefined {
  if (number === kindNumbers.records) return 'records';
  return number === kindNumbers.media ? 'media' : undefined;
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '@cxvault/plugin-api';
import { z } from 'zod';
import { checkObject, openObject, openSlot } from '../src/index.ts';
import { bytesSource, collect, failureOf, flipped, problemIn, sha256 } from './sealed-samples.ts';

const folder = new URL('vectors/objects/', import.meta.url);
const damage = z.object({
  flip: z.tuple([z.number(), z.number()]).optional(),
  cut_to: z.number().optional(),
  append: z.number().optional(),
  fails: z.string(),
});
const vectors = z
  .object({
    archive_id: z.string(),
    objects: z.array(
      z.object({
        file: z.string(),
        key_hex: z.string(),
        kind: z.enum(['records', 'media', 'journal', 'report', 'ring']),
        object_key: z.string(),
        stored_sha256: z.string(),
        content_bytes: z.number(),
        content_sha256: z.string(),
        damage: z.array(damage),
      }),
    ),
    slots: z.array(
      z.object({
        file: z.string(),
        id: z.string(),
        password: z.string().optional(),
        key_file_hex: z.string().optional(),
        root_key_hex: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('vectors.json', folder), 'utf8')));

function damaged(bytes: Buffer, { flip, cut_to: cutTo, append }: z.infer<typeof damage>): Buffer {
  if (flip !== undefined) return flipped(bytes, ...flip);
  return cutTo === undefined ? Buffer.concat([bytes, Buffer.alloc(append ?? 0)]) : bytes.subarray(0, cutTo);
}

describe('objects of this format, for ever', () => {
  it.each(vectors.objects)('$file opens and passes the whole check', async (vector) => {
    const bytes = readFileSync(new URL(vector.file, folder));
    const keys = (): Promise<Uint8Array[]> => Promise.resolve([Buffer.from(vector.key_hex, 'hex')]);
    const expected = { archiveId: vectors.archive_id, kind: vector.kind, objectKey: vector.object_key };
    const checked = await checkObject(bytesSource(bytes), keys, expected);
    expect(checked.sha256).toBe(vector.stored_sha256);
    expect(checked.content).toEqual({ bytes: vector.content_bytes, sha256: vector.content_sha256 });
    const object = await openObject(bytesSource(bytes), keys, expected);
    expect(sha256(await collect(object.content()))).toBe(vector.content_sha256);
  });

  it.each(vectors.objects)('$file fails in the layer that was damaged', async (vector) => {
    const bytes = readFileSync(new URL(vector.file, folder));
    const keys = (): Promise<Uint8Array[]> => Promise.resolve([Buffer.from(vector.key_hex, 'hex')]);
    const found = [];
    for (const item of vector.damage) {
      const source = bytesSource(damaged(bytes, item));
      found.push({ ...item, fails: await failureOf(() => checkObject(source, keys, {})) });
    }
    expect(found).toEqual(vector.damage);
    expect(new Set(vector.damage.map((item) => problemIn(item.fails))).size).toBe(7);
  });

  it.each(vectors.slots)('$file gives the root key', async (vector) => {
    const unlock = {
      password: vector.password === undefined ? undefined : new Secret(vector.password),
      keyFile: vector.key_file_hex === undefined ? undefined : Buffer.from(vector.key_file_hex, 'hex'),
    };
    const opened = await openSlot(
      vector.id,
      readFileSync(new URL(vector.file, folder)),
      unlock,
      vectors.archive_id,
    );
    expect(Buffer.from(opened.rootKey ?? '').toString('hex')).toBe(vector.root_key_hex);
  });
});

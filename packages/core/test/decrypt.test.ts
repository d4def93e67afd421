import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { bytesSource, sealEnvelope } from '@cxvault/crypto-codec';
import { Secret } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { decryptObject, objectFormat, readObjectHeader } from '../src/decrypt/decrypt-object.ts';
import { ArchiveBuilder, bytesOf, keysOf, testUnlock } from './archive-builder.ts';
import { flipped } from './tampering.ts';

const sound = Buffer.alloc(3_000_000, 'a recording that goes on');
let archive: Archive;
let segment = '';
let medium = '';
let runId = '';

beforeAll(async () => {
  const store = new MemoryStore();
  const builder = await ArchiveBuilder.create({ store });
  const run = builder.run();
  const stored = await run.archive([
    { id: 'a', media: [{ id: 'm', content: sound, contentType: 'audio/wav' }] },
    { id: 'b' },
  ]);
  await run.finish();
  segment = stored.segment;
  medium = stored.archived[0]?.media[0]?.object_key ?? '';
  runId = run.runId;
  archive = await openArchive(store, testUnlock);
});

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function decrypted(key: string): Promise<{ kind: string; bytes: Buffer }> {
  const { kind, content } = await decryptObject(await archive.source(key), { keys: archive.lookup });
  return { kind, bytes: await collect(content) };
}

describe('decrypt of an archive object', () => {
  it('gives records as JSON lines', async () => {
    const { kind, bytes } = await decrypted(segment);
    expect(kind).toBe('records');
    const lines = bytes.toString().trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { interaction_id: string }).interaction_id)).toEqual([
      'a',
      'b',
    ]);
  });

  it('gives the original bytes of a medium, and what it is', async () => {
    expect((await decrypted(medium)).bytes.equals(sound)).toBe(true);
    const opened = await decryptObject(await archive.source(medium), { keys: archive.lookup });
    expect(opened).toMatchObject({
      format: 'cxv',
      kind: 'media',
      objectKey: medium,
      contentType: 'audio/wav',
    });
  });

  it('gives journal entries and reports as JSON', async () => {
    const entry: unknown = JSON.parse((await decrypted(`runs/${runId}/000001.cxv`)).bytes.toString());
    expect(entry).toMatchObject({ run_id: runId, n: 1 });
    expect((await decrypted(`runs/${runId}/report.cxv`)).kind).toBe('report');
  });

  it('tells by the header whose keys are needed', async () => {
    expect(await readObjectHeader(await archive.source(medium))).toMatchObject({
      archiveId: archive.id,
      kind: 'media',
    });
  });

  it('never prints keys', async () => {
    const [ring = ''] = await keysOf(archive.store, 'keys/ring/');
    await expect(decrypted(ring)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('does not end well when the end is damaged, though it has given the beginning', async () => {
    const bytes = await bytesOf(archive.store, medium);
    const changed = flipped(bytes, bytes.length - 600, 1);
    const opened = await decryptObject(bytesSource(changed), { keys: archive.lookup });
    await expect(collect(opened.content)).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
  });

  it('asks for the keys of its archive', async () => {
    const source = await archive.source(medium);
    await expect(decryptObject(source, {})).rejects.toMatchObject({ code: 'KEY_WRONG' });
  });
});

describe('decrypt of an envelope', () => {
  const folder = join(import.meta.dirname, '../../crypto-codec/test/vectors/seed-envelope');

  it("opens the tutorial's own files", async () => {
    const source = bytesSource(await readFile(join(folder, 'archive_single.enc.gz')));
    expect(await objectFormat(source)).toBe('envelope');
    const opened = await decryptObject(source, { password: new Secret('correct horse battery staple') });
    expect(await collect(opened.content)).toEqual(await readFile(join(folder, 'archive_single.jsonl')));
  });

  it('refuses another password, and asks for one', async () => {
    const source = bytesSource(await sealEnvelope([Buffer.from('{}')], new Secret('right')));
    await expect(decryptObject(source, { password: new Secret('wrong') })).rejects.toMatchObject({
      problem: 'chunk',
    });
    await expect(decryptObject(source, {})).rejects.toMatchObject({ code: 'KEY_WRONG' });
  });

  it('says what a file is not', async () => {
    for (const text of ['', 'hello', '\x89PNG\r\n']) {
      const source = bytesSource(Buffer.from(text, 'latin1'));
      await expect(decryptObject(source, {})).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    }
  });
});

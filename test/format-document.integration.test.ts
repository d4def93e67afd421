import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SegmentSealer, newId, rootKeyId, sealDocument, sealRing, writeSlot } from '@cxvault/crypto-codec';
import type { ObjectKey } from '@cxvault/crypto-codec';
import { Secret } from '@cxvault/plugin-api';

const root = new URL('..', import.meta.url);
const python = fileURLToPath(new URL('node_modules/.cache/python/bin/python', root));
const password = 'Gänse füßchen 🔑';
const archiveId = newId();
const createdAt = '2026-11-23T09:30:00.000Z';
const compression = 'zstd';
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cxvault-by-hand-'));
  await writeArchive();
  writeFileSync(join(folder, 'reader.py'), readerOfTheDocument());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The code that docs/format.md shows, so that it cannot become wrong unnoticed. */
function readerOfTheDocument(): string {
  const document = readFileSync(new URL('docs/format.md', root), 'utf8');
  const code = /```python\n([\s\S]*?)```/.exec(document)?.[1];
  if (code === undefined) throw new Error('docs/format.md shows no reader');
  return code;
}

const records = Array.from({ length: 3000 }, (_, number) => ({
  interaction_id: `interaction ${number}`,
  // Text that does not shrink, so that the segment has several frames.
  text: createHash('sha512')
    .update(String(number))
    .digest('base64')
    .repeat(number % 12),
}));

/** The smallest archive that has everything which the reader goes through. */
async function writeArchive(): Promise<void> {
  const rootKey = randomBytes(32);
  const keyId = newId();
  const keys = [randomBytes(32), randomBytes(32)];
  const common = { archiveId, compression } as const;
  const slot = await writeSlot('password', { password: new Secret(password) }, rootKey, {
    archiveId,
    label: 'test',
  });
  put(`keys/slots/${slot.id}.slot`, slot.bytes);
  const ringKey: ObjectKey = { keyId: rootKeyId, number: 0, key: rootKey };
  const ring = sealRing(keyId, keys, {
    ...common,
    key: ringKey,
    objectKeyOf: (id) => `keys/ring/${id}.cxv`,
    createdAt,
  });
  put(ring.summary.objectKey, ring.bytes);
  const segment = await writeSegment({ keyId, number: 1, key: at(keys, 1) });
  const entry = sealDocument(
    'journal',
    { archived: [{ interaction_id: 'interaction 0', segment }] },
    {
      ...common,
      key: { keyId, number: 0, key: at(keys, 0) },
      objectKeyOf: () => `runs/${newId()}/000001.cxv`,
    },
  );
  put(entry.summary.objectKey, entry.bytes);
  const descriptor = { format: 'cxvault-archive', version: 1, archive_id: archiveId, journal_key_id: keyId };
  put('cxvault.json', Buffer.from(JSON.stringify({ ...descriptor, created_at: createdAt })));
}

async function writeSegment(key: ObjectKey): Promise<string> {
  const objectKeyOf = (id: string): string => `data/records/2026/11/23/${id}.cxv`;
  const sealer = new SegmentSealer({ archiveId, compression, key, objectKeyOf });
  for (const record of records) sealer.add(record.interaction_id, Buffer.from(JSON.stringify(record)));
  const { bytes, summary } = await sealer.finish();
  put(summary.objectKey, bytes);
  return summary.objectKey;
}

function put(name: string, bytes: Uint8Array): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function at(keys: readonly Buffer[], position: number): Buffer {
  const key = keys[position];
  if (key === undefined) throw new Error('no such key');
  return key;
}

function read(withPassword: string, archive = folder): string {
  return execFileSync(python, [join(folder, 'reader.py'), archive, withPassword], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: 'pipe',
  });
}

it('the reader in docs/format.md reads what cxvault wrote', () => {
  const lines = read(password).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(records);
});

it('the reader in docs/format.md opens nothing with another password', () => {
  expect(() => read('wrong')).toThrow('no slot opens with this password');
});

it('the reader in docs/format.md reads what another program wrote: two root keys, other slots, erased keys', () => {
  const archive = join(folder, 'foreign');
  const script = fileURLToPath(new URL('tools/python/foreign_archive.py', root));
  const written = execFileSync(python, [script, archive], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { newest } = JSON.parse(written) as { newest: Record<string, unknown> };
  const lines = read('Gänsefüßchen', archive).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    expect.arrayContaining(Object.values(newest)),
  );
  expect(lines.filter((line) => line.includes('"gone"'))).toEqual([]);
});

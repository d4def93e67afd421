import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '@cxvault/plugin-api';
import { newId, openSlot, writeSlot } from '../src/index.ts';
import { sealMessage } from '../src/cobblestone-sealer.ts';
import { idToBytes } from '../src/ids.ts';
import { archiveId, failureOf } from './sealed-samples.ts';

const rootKey = randomBytes(32);
const keyFile = randomBytes(32);
const options = { archiveId, label: 'first', createdAt: '2026-01-02T03:04:05.678Z' };
const salt = Buffer.alloc(16, 3);

/** A slot written by hand, from the format document. */
function handmade(
  header: Record<string, unknown>,
  slotKey: Uint8Array,
  content: Uint8Array = rootKey,
): Buffer {
  const line = Buffer.from(JSON.stringify(header));
  const context = Buffer.concat([Buffer.from('cxvault/v1/slot'), idToBytes(archiveId), line]);
  return Buffer.from(`${line.toString()}\n${sealMessage(slotKey, context, content).toString('base64')}`);
}

const id = newId();
const base = { id, kind: 'keyfile', label: 'l', created_at: '2026-01-02T03:04:05.678Z' };
const kdf = { name: 'pbkdf2-hmac-sha256', iterations: 100_000, salt: salt.toString('base64') };

describe('a key file slot', () => {
  const written = writeSlot('keyfile', { keyFile }, rootKey, options);

  it('gives the root key to the file that it was made for, and to no other', async () => {
    const slot = await written;
    const opened = await openSlot(slot.id, slot.bytes, { keyFile }, archiveId);
    expect(Buffer.from(opened.rootKey ?? '').equals(rootKey)).toBe(true);
    expect(opened.header).toEqual({
      id: slot.id,
      kind: 'keyfile',
      label: 'first',
      created_at: options.createdAt,
    });
    const other = await openSlot(slot.id, slot.bytes, { keyFile: randomBytes(32) }, archiveId);
    expect(other.rootKey).toBeUndefined();
  });

  it('gives nothing in another archive, nor after any change of its header', async () => {
    const slot = await written;
    expect((await openSlot(slot.id, slot.bytes, { keyFile }, newId())).rootKey).toBeUndefined();
    const changed = Buffer.from(Buffer.from(slot.bytes).toString().replace('"first"', '"other"'));
    expect((await openSlot(slot.id, changed, { keyFile }, archiveId)).rootKey).toBeUndefined();
  });

  it('needs its own secret: a password is none', async () => {
    const slot = await written;
    expect(
      (await openSlot(slot.id, slot.bytes, { password: new Secret('x') }, archiveId)).rootKey,
    ).toBeUndefined();
    await expect(writeSlot('keyfile', {}, rootKey, options)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('names a key file of another length', async () => {
    const slot = await written;
    const short = { keyFile: randomBytes(31) };
    await expect(openSlot(slot.id, slot.bytes, short, archiveId)).rejects.toMatchObject({
      code: 'KEY_WRONG',
    });
  });

  it('is a text of two lines that shows no key', async () => {
    const text = Buffer.from((await written).bytes).toString();
    expect(text.split('\n').length).toBe(3);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toContain(rootKey.toString('base64'));
  });
});

describe('a password slot', () => {
  const written = writeSlot('password', { password: new Secret('pässwörd-例え-🔑') }, rootKey, options);

  it('opens with the same letters, however they were typed', async () => {
    const slot = await written;
    const decomposed = new Secret('pässwörd-例え-🔑'.normalize('NFD'));
    const opened = await openSlot(slot.id, slot.bytes, { password: decomposed }, archiveId);
    expect(Buffer.from(opened.rootKey ?? '').equals(rootKey)).toBe(true);
    expect(opened.header.kdf).toMatchObject({ name: 'pbkdf2-hmac-sha256', iterations: 600_000 });
    expect(Buffer.from(opened.header.kdf?.salt ?? '', 'base64').length).toBe(16);
  });

  it('stays shut for another password', async () => {
    const slot = await written;
    const opened = await openSlot(slot.id, slot.bytes, { password: new Secret('passwort') }, archiveId);
    expect(opened.rootKey).toBeUndefined();
  });

  it('written by hand from the format document opens too', async () => {
    const slotKey = pbkdf2Sync('secret', salt, 100_000, 32, 'sha256');
    const bytes = handmade({ ...base, kind: 'password', kdf, unknown: 1 }, slotKey);
    const opened = await openSlot(id, bytes, { password: new Secret('secret') }, archiveId);
    expect(Buffer.from(opened.rootKey ?? '').equals(rootKey)).toBe(true);
  });
});

describe('slots of other kinds', () => {
  it.each([
    ['kms', { ...base, kind: 'kms', kms: { provider: 'p', key: 'k', wrapped: 'w' } }],
    ['unknown', { ...base, kind: 'smartcard', card: 1 }],
    ['unknown, with a kdf of its own', { ...base, kind: 'passkey', kdf: { name: 'argon2id', passes: 3 } }],
    ['unknown, with another kms and no label', { ...base, kind: 'hsm', kms: 7, label: undefined }],
  ])('give no root key: %s', async (_name, header) => {
    const opened = await openSlot(
      id,
      handmade(header, keyFile),
      { keyFile, password: new Secret('x') },
      archiveId,
    );
    expect(opened).toMatchObject({ rootKey: undefined, header: { kind: header.kind } });
  });
});

it('a slot ignores the fields that belong to another kind', async () => {
  const opened = await openSlot(
    id,
    handmade({ ...base, kdf: 1, kms: null }, keyFile),
    { keyFile },
    archiveId,
  );
  expect(Buffer.from(opened.rootKey ?? '').equals(rootKey)).toBe(true);
});

describe('a malformed slot', () => {
  const good = handmade(base, keyFile);
  const line = JSON.stringify(base);

  it('is not this one', async () => {
    expect(await failureOf(() => openSlot(id, good, { keyFile }, archiveId))).toBe('none');
  });

  it.each<[string, Uint8Array, string]>([
    ['one line', Buffer.from(line), 'truncated/slot'],
    ['no JSON', Buffer.from('{\nAAAA'), 'header/slot'],
    ['another name', handmade({ ...base, id: newId() }, keyFile), 'swapped/slot'],
    ['no label', handmade({ ...base, label: undefined }, keyFile), 'header/slot'],
    ['a password without kdf', handmade({ ...base, kind: 'password' }, keyFile), 'header/slot'],
    [
      'too few iterations',
      handmade({ ...base, kind: 'password', kdf: { ...kdf, iterations: 99_999 } }, keyFile),
      'header/slot',
    ],
    [
      'too many iterations',
      handmade({ ...base, kind: 'password', kdf: { ...kdf, iterations: 10_000_001 } }, keyFile),
      'header/slot',
    ],
    [
      'half an iteration',
      handmade({ ...base, kind: 'password', kdf: { ...kdf, iterations: 100_000.5 } }, keyFile),
      'header/slot',
    ],
    [
      'another kdf',
      handmade({ ...base, kind: 'password', kdf: { ...kdf, name: 'md5' } }, keyFile),
      'header/slot',
    ],
    [
      'a salt that is no base64',
      handmade({ ...base, kind: 'password', kdf: { ...kdf, salt: '****' } }, keyFile),
      'header/slot',
    ],
    ['a kms slot without kms', handmade({ ...base, kind: 'kms' }, keyFile), 'header/slot'],
    ['no base64', Buffer.from(`${line}\n***`), 'content/slot'],
    ['white space in the base64', Buffer.from(good.toString().replace('\n', '\n ')), 'content/slot'],
    ['an empty message', Buffer.from(`${line}\n`), 'truncated/slot'],
    ['a cut message', Buffer.from(`${line}\nAAAA`), 'truncated/slot'],
    ['a short key', handmade(base, keyFile, Buffer.alloc(31)), 'content/slot'],
    ['a large file', Buffer.alloc(100_000, 'a'), 'size/slot'],
  ])('is refused: %s', async (_name, bytes, expected) => {
    expect(await failureOf(() => openSlot(id, bytes, { keyFile }, archiveId))).toBe(expected);
  });

  it('is refused: a changed chunk', async () => {
    const [header = '', message = ''] = good.toString().split('\n');
    const bytes = Buffer.from(message, 'base64');
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    const changed = Buffer.from(`${header}\n${bytes.toString('base64')}\n`);
    expect(await failureOf(() => openSlot(id, changed, { keyFile }, archiveId))).toBe('chunk/slot');
  });
});

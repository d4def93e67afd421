import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { base64File } from '../src/platform/base64-file.ts';
import { NoBase64File } from '../src/platform/base64-scanner.ts';

/** The text cut into pieces of this many bytes. */
async function* pieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function decoded(text: string, length = 7): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of base64File(pieces(text, length))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a file as base64 in JSON', () => {
  it.each([0, 1, 2, 3, 4, 5, 100, 1000])('of %d bytes is decoded from pieces of any size', async (size) => {
    const bytes = randomBytes(size);
    const escaped = bytes.toString('base64').replaceAll('/', '\\/').replaceAll('+', '\\u002b');
    const lines = bytes.toString('base64').replaceAll(/.{1,76}/g, '$&\\r\\n');
    for (const text of [bytes.toString('base64'), escaped, lines, bytes.toString('base64url')])
      for (const length of [1, 2, 3, 5, 64, 10_000])
        expect((await decoded(`{"files":{"file":"${text}","fileName":"x"}}`, length)).equals(bytes)).toBe(
          true,
        );
  });

  it('may come after a byte order mark, as all JSON may', async () => {
    expect((await decoded('\ufeff{"files":{"file":"QUJD"}}', 1)).toString()).toBe('ABC');
  });

  it('may come without the outer object', async () => {
    expect((await decoded('{"fileName":"x","file":"QUJD"}')).toString()).toBe('ABC');
  });

  it.each([
    ['an error', '{"error":"not_found","error_description":"files.file"}'],
    ['no text', '{"files":{"file":null}}'],
    ['the text elsewhere', '{"files":{"inner":{"file":"QUJD"}}}'],
    ['a key that only looks so', '{"x":"files","y":{"file":"QUJD"}}'],
    ['two files', '{"files":[{"file":"QUJD"},{"file":"QUJD"}]}'],
    ['other characters', '{"files":{"file":"QU*D"}}'],
    ['another escape', '{"files":{"file":"QU\\tD"}}'],
    ['a quote in the text', '{"files":{"file":"QU\\"D"}}'],
    ['more after the padding', '{"files":{"file":"QQ==QUJD"}}'],
    ['one character too many', '{"files":{"file":"QUJDQ"}}'],
    ['half an escape', '{"files":{"file":"QUJD\\u00"}}'],
    ['an open object', '{"files":{"file":"QUJD"}'],
    ['an open text', '{"files":{"file":"QUJD'],
    ['a page', '<html>"files"</html>'],
    ['nothing', ''],
  ])('is refused when the answer has %s', async (_, text) => {
    for (const length of [1, 3, 1000])
      await expect(decoded(text, length)).rejects.toBeInstanceOf(NoBase64File);
  });
});

import { describe, expect, it } from '@jest/globals';
import { bareUrl, withoutSignedUrls } from '../src/signed-urls.ts';

describe('signed URLs', () => {
  it.each([
    ['https://h.test/a?sig=1#x', 'https://h.test/a'],
    ['https://user:pw@h.test/a', 'https://h.test/a'],
    ['/a/b?x#y', '/a/b'],
    ['//user@h.test/a?b', '//h.test/a'],
    ['https://h.test/@a', 'https://h.test/@a'],
  ])('%s is bare as %s', (url, bare) => {
    expect(bareUrl(url)).toBe(bare);
  });

  it('leave the payload wherever they stand', () => {
    const signature = 'X-Amz-Signature=SECRET';
    const payload = {
      media: [{ playbackUrl: `/m/1?${signature}`, other: `https://h.test/x?${signature}` }],
      file_url: 'https://h.test/x?plain=SECRET',
      _links: { self: { href: '/a?token=SECRET' } },
      text: `hear https://h.test/m?a=1&sig=SECRET, or (https://u:SECRET@h.test/) or https://h.test/#access_token=SECRET`,
      opaque: 'https://h.test/x?q=SECRETabcdefghij0123456789',
      src: '/m/1?SECRET',
      downloadUrls: ['/m/1?SECRET'],
      file: '/m/1?sig=SECRET',
    };
    const clean = withoutSignedUrls(payload);
    expect(JSON.stringify(clean)).not.toContain('SECRET');
    expect(clean).toMatchObject({
      media: [{ playbackUrl: '/m/1', other: 'https://h.test/x' }],
      opaque: 'https://h.test/x',
    });
  });

  it('are not seen in what people write to each other', () => {
    const payload = {
      text: 'is https://shop.test/item?id=3&author=jane the one? or https://video.test/watch?v=dQw4w9WgXcQ',
      url: 'no url at all? yes',
      path: '/item?id=3',
      n: 1,
      none: null,
      flags: [true, 'a?b'],
    };
    expect(withoutSignedUrls(payload)).toEqual(payload);
  });
});

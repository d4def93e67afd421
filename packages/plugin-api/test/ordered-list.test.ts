import { describe, expect, it } from '@jest/globals';

import { listInOrder } from '../src/ordered-list.ts';

interface Listed {
  readonly name: string;
}

async function* pagesOf(...pages: readonly (readonly string[])[]): AsyncGenerator<readonly Listed[]> {
  for (const page of pages) yield page.map((name) => ({ name }));
}

async function list(pages: AsyncIterable<readonly Listed[]>, startAfter?: string): Promise<string[]> {
  const options = {
    root: 'root/',
    infoOf: (key: string) => ({ key, size: 1, modifiedAt: new Date(0) }),
    unordered: (key: string, before: string) => new Error(`${key} after ${before}`),
    ...(startAfter !== undefined && { startAfter }),
  };
  return Array.fromAsync(listInOrder(pages, options), ({ key }) => key);
}

describe('listInOrder', () => {
  it('gives the keys of all pages, without the root, and passes over what are no keys', async () => {
    const pages = pagesOf(['root/', 'root/a', 'root/b/'], [], ['root/b/c', 'root/d']);
    expect(await list(pages)).toEqual(['a', 'b/c', 'd']);
  });

  it('begins after a key, though the pages begin before it or with it', async () => {
    expect(await list(pagesOf(['root/a', 'root/b'], ['root/c']), 'b')).toEqual(['c']);
  });

  it.each([
    ['within a page', [['root/b', 'root/a']]],
    ['from page to page', [['root/b'], ['root/a']]],
    ['with the same key again', [['root/a'], ['root/a']]],
    ['before the start', [['root/b', 'root/a', 'root/z']]],
  ])('throws when the order is another, %s', async (_where, pages) => {
    await expect(list(pagesOf(...pages), 'y')).rejects.toThrow(/^a after [ab]$/);
  });

  it('orders by UTF-8 bytes', async () => {
    expect(await list(pagesOf(['root/\uFF5E', 'root/\u{1F600}']))).toEqual(['\uFF5E', '\u{1F600}']);
  });

  it('closes the pages when it is given up', async () => {
    let closed = false;
    async function* pages(): AsyncGenerator<readonly Listed[]> {
      try {
        yield [{ name: 'root/a' }];
        yield [{ name: 'root/b' }];
      } finally {
        closed = true;
      }
    }
    const infoOf = (key: string) => ({ key, size: 1, modifiedAt: new Date(0) });
    for await (const { key } of listInOrder(pages(), {
      root: 'root/',
      infoOf,
      unordered: () => new Error(),
    })) {
      expect(key).toBe('a');
      break;
    }
    expect(closed).toBe(true);
  });
});

import { compareKeys, keyProblem } from './object-key.ts';
import type { CallOptions, ObjectInfo } from './object-store.ts';

/** How the pages of a service become a list of objects. */
export interface OrderedListOptions<Listed> extends CallOptions {
  /** What the names of all objects begin with; keys are without it. */
  readonly root: string;
  readonly startAfter?: string;
  readonly infoOf: (key: string, listed: Listed) => ObjectInfo;
  /** What is thrown when a key does not come after the one before it. */
  readonly unordered: (key: string, before: string) => Error;
}

/**
 * The objects of a service's pages, which may begin before `startAfter`. Pages of another order repeat and leave out
 * objects: an archive listed so would seem to miss some, so that is an error. Names that are no keys are left out:
 * consoles leave empty objects whose names end with a slash, as folders to look at.
 */
export async function* listInOrder<Listed extends { readonly name: string }>(
  pages: AsyncIterable<readonly Listed[]>,
  { root, startAfter = '', signal, infoOf, unordered }: OrderedListOptions<Listed>,
): AsyncGenerator<ObjectInfo> {
  let before: string | undefined;
  for await (const page of pages) {
    for (const listed of page) {
      signal?.throwIfAborted();
      const key = listed.name.slice(root.length);
      if (before !== undefined && compareKeys(key, before) <= 0) throw unordered(key, before);
      before = key;
      if (compareKeys(key, startAfter) > 0 && keyProblem(key) === undefined) yield infoOf(key, listed);
    }
  }
}

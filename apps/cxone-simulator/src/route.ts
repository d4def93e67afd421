import type { Family } from './fault-settings.ts';

/** A way into a profile's API. */
export interface Route {
  readonly family: Family;
  readonly method: string;
  /** Of a whole path. What it is about is its group `id`. */
  readonly pattern: RegExp;
}

/** The first route that a request fits, with the groups of its path. */
export function matchRoute<R extends Route>(
  routes: readonly R[],
  method: string,
  path: string,
): { readonly route: R; readonly groups: Readonly<Record<string, string | undefined>> } | undefined {
  for (const route of routes) {
    const found = route.method === method ? route.pattern.exec(path) : null;
    if (found !== null) return { route, groups: found.groups ?? {} };
  }
  return undefined;
}

import type { InteractionPage, InteractionSource } from '@cxvault/plugin-api';

/** A full hour of the day of the tests. */
export function at(hour: number): string {
  return `2026-11-22T${String(hour).padStart(2, '0')}:00:00.000Z`;
}

/** A source of windows that gives these pages, pass after pass; the last pass is repeated. */
export function sourceOf(...passes: (readonly InteractionPage[])[]): InteractionSource {
  let pass = 0;
  const unused = (): never => {
    throw new Error('a lister only lists');
  };
  return {
    lanes: ['start', 'update'],
    listsWindows: true,
    reach: { update: { listed: 6 * 3_600_000 } },
    now: () => Date.parse(at(20)),
    async *list() {
      const pages = passes[Math.min(pass, passes.length - 1)] ?? [];
      pass += 1;
      for (const page of pages) yield await Promise.resolve(page);
    },
    check: unused,
    fetch: unused,
    openMedia: unused,
    mark: unused,
    callCounts: () => ({}),
    close: () => Promise.resolve(),
  };
}

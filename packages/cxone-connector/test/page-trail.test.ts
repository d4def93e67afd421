import { describe, expect, it } from '@jest/globals';
import type { CompletedPage } from '../src/platform/completed-page.ts';
import { PageTrail } from '../src/platform/page-trail.ts';
import { row } from './platform-rows.ts';

const pageRows = 3;
const base = 'https://api.test/completed';
const first = new URL(`${base}?updatedSince=x`);

/** A start on the hour. */
function at(hour: number): string {
  return `2026-11-22T${String(hour).padStart(2, '0')}:00:00.000Z`;
}

/** A page of contacts that began at these hours, undefined for one whose start is not told. */
function page(hours: readonly (number | undefined)[], rest: Partial<CompletedPage> = {}): CompletedPage {
  const rows = hours.map((hour, n) =>
    row(String(n), { contactStartDate: hour === undefined ? null : at(hour) }),
  );
  return { rows, totalRecords: undefined, next: undefined, lastPollTime: undefined, ...rest };
}

/** Where the page after this one is, as its query; undefined at the end. */
function next(trail: PageTrail, given: CompletedPage, url = first): Record<string, string> | undefined {
  const target = trail.after(given, url);
  return target && Object.fromEntries(target.searchParams);
}

const newTrail = (): PageTrail => new PageTrail(first, { pageRows });
const from = (hour: number, skip = ''): URL =>
  new URL(`${base}?updatedSince=x&startDate=${encodeURIComponent(at(hour))}${skip}`);
const byStart = (hour: number): Record<string, string> => ({ updatedSince: 'x', startDate: at(hour) });

describe('the way through pages', () => {
  it('goes on with the start at which a page ends, without an offset', () => {
    expect(next(newTrail(), page([1, 2, 3]))).toEqual(byStart(3));
    expect(next(newTrail(), page([3, 3, 4]), from(3, '&skip=3'))).toEqual(byStart(4));
    expect(next(newTrail(), page([4, 4, 4]), from(3))).toEqual(byStart(4));
  });

  it('counts rows where all of a page began at one instant', () => {
    expect(next(newTrail(), page([1, 1, 1]))).toEqual({ updatedSince: 'x', skip: '3' });
    expect(next(newTrail(), page([3, 3, 3]), from(3, '&skip=3'))).toEqual({ ...byStart(3), skip: '6' });
  });

  it.each([
    ['are out of order', [1, 3, 2]],
    ['tell no start', [1, undefined, 3]],
  ])('follows links, to the end, once rows %s', (_, hours) => {
    const trail = newTrail();
    const link = (n: number): { next: string } => ({ next: `https://proxy.invalid/x?page=${String(n)}` });
    expect(next(trail, page(hours, link(2)))).toEqual({ page: '2' });
    expect(trail.after(page([4, 5, 6], link(3)), first)?.href).toBe(`${base}?page=3`);
  });

  it('follows links, to the end, once a page by start was refused', () => {
    const trail = newTrail();
    expect(next(trail, page([1, 2, 3], { next: '?page=2' }))).toEqual(byStart(3));
    expect(trail.afterRefusal()?.search).toBe('?page=2');
    expect(next(trail, page([4, 5, 6], { next: '?page=3' }))).toEqual({ page: '3' });
  });

  it('ends where a link leads back to a page that was asked', () => {
    expect(next(newTrail(), page([2, 1], { next: first.search }))).toBeUndefined();
    const trail = newTrail();
    expect(next(trail, page([2, 1], { next: '?page=2' }))).toBeDefined();
    expect(next(trail, page([2, 1], { next: '?page=2' }))).toBeUndefined();
  });

  it('ends after as many pages as no list has', () => {
    const trail = newTrail();
    let n = 1;
    while (n <= 10_000 && next(trail, page([2, 1], { next: `?page=${String(n)}` })) !== undefined) n += 1;
    expect(n).toBe(10_000);
  });

  it('ends with a page without rows, whatever it names next', () => {
    expect(next(newTrail(), page([], { next: '?page=2' }))).toBeUndefined();
  });

  it('ends with the last of the rows that are counted', () => {
    const short = page([2, 1], { totalRecords: 8 });
    expect(next(newTrail(), short, new URL(`${base}?skip=6`))).toBeUndefined();
    expect(next(newTrail(), short, new URL(`${base}?skip=5`))).toEqual({ skip: '7' });
  });
});

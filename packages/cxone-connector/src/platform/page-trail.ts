import type { CompletedPage } from './completed-page.ts';
import type { ContactRow } from './contact-row.ts';

/** More pages than this for one query are a defect of the API: at 1,000 rows a page, ten million contacts. */
const mostPages = 10_000;

/**
 * The way from page to page of one query. It follows the contacts' start where the list is in that order: an offset
 * would skip a row whenever one above it leaves. Where it is not, it follows `_links.next`, or counts rows.
 */
export class PageTrail {
  readonly #first: URL;
  readonly #pageRows: number;
  readonly #asked = new Set<string>();
  /** As long as the API seems to give what is asked for by start. */
  #byStart: boolean;
  /** An API that has links says by their end that there is no more. */
  #hasLinks = false;
  #link: URL | undefined;

  /** `first`: the address of the first page; it asks for `pageRows` rows. `byStart`: whether it may follow the starts. */
  constructor(first: URL, { pageRows, byStart = true }: { pageRows: number; byStart?: boolean }) {
    this.#first = first;
    this.#pageRows = pageRows;
    this.#byStart = byStart;
    this.#asked.add(first.href);
  }

  /** The address of the page after this one; undefined at the end. */
  after(page: CompletedPage, url: URL): URL | undefined {
    this.#byStart &&= isFromStart(page.rows, url.searchParams.get('startDate'));
    this.#hasLinks ||= page.next !== undefined;
    if (this.#isLast(page, url)) return undefined;
    this.#link = linkAfter(page, url);
    return this.#unlessAsked(this.#byStart ? (this.#startAfter(page, url) ?? this.#link) : this.#link);
  }

  /**
   * The address to go on with when a page by start was refused: to begin at a start makes a period of the query, which
   * may be too long. Undefined where there is none.
   */
  afterRefusal(): URL | undefined {
    this.#byStart = false;
    return this.#unlessAsked(this.#link);
  }

  #unlessAsked(url: URL | undefined): URL | undefined {
    if (url === undefined || this.#asked.has(url.href) || this.#asked.size >= mostPages) return undefined;
    this.#asked.add(url.href);
    return url;
  }

  /** Without any links, a page comes while fewer rows were read than are counted. */
  #isLast({ rows, next, totalRecords = 0 }: CompletedPage, url: URL): boolean {
    if (rows.length === 0) return true;
    if (next !== undefined || rows.length >= this.#pageRows) return false;
    return this.#hasLinks || skipOf(url) + rows.length >= totalRecords;
  }

  /** The page that begins with the start at which this one ends; undefined where that leads nowhere. */
  #startAfter({ rows }: CompletedPage, url: URL): URL | undefined {
    const [first, last] = [rows.at(0)?.startTime, rows.at(-1)?.startTime];
    const isOneInstant = last === (url.searchParams.get('startDate') ?? first);
    return last === undefined || isOneInstant ? undefined : withParameter(this.#first, 'startDate', last);
  }
}

/** True when the rows are in the order of their starts, and none is before the one that was asked for. */
function isFromStart(rows: readonly ContactRow[], from: string | null): boolean {
  let last = from ?? '';
  return rows.every(({ startTime }) => {
    const inOrder = startTime !== undefined && startTime >= last;
    last = startTime ?? last;
    return inOrder;
  });
}

/** The page after this one by its link, or else by its number of rows. */
function linkAfter({ rows, next }: CompletedPage, url: URL): URL | undefined {
  if (next === undefined) return withParameter(url, 'skip', String(skipOf(url) + rows.length));
  // Whatever a proxy writes into its links: the API is where we asked it.
  const target = URL.parse(next, url.href);
  return target === null ? undefined : new URL(target.search, url.href);
}

function skipOf(url: URL): number {
  return Number(url.searchParams.get('skip') ?? '0');
}

function withParameter(url: URL, name: string, value: string): URL {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed;
}

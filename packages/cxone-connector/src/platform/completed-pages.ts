import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { readCompletedPage, type CompletedPage } from './completed-page.ts';
import type { ContactRow } from './contact-row.ts';
import { listError } from './list-failures.ts';

/** Rows a page; the API allows 10,000, and its clients go lower because large pages run into time-outs. */
export const pageRows = 1000;

/** More pages than this for one query are a defect of the API: at 1,000 rows a page, ten million contacts. */
const mostPages = 10_000;

/** What is asked of `contacts/completed`. Times are ISO 8601 UTC with a literal `Z`; `endDate` is inclusive. */
export interface CompletedQuery {
  readonly startDate?: string;
  readonly endDate?: string;
  readonly updatedSince?: string;
}

/** What the first page of a query says of all of it. */
export interface CompletedHead {
  readonly totalRecords: number;
  readonly lastPollTime: string | undefined;
}

/** The API refuses the period as too long. */
export class PeriodRefused extends Error {
  readonly failed: RequestFailure;

  constructor(failed: RequestFailure) {
    super('the period was refused');
    this.name = 'PeriodRefused';
    this.failed = failed;
  }
}

/** Statuses by which a period that is too long is refused, or is too much for the API. */
const refusedPeriod = [400, 413, 504];

/** Whether the API refuses the period that was asked for as too long; other reasons look the same. */
export function refusesPeriod({ failure }: RequestFailure): boolean {
  return refusedPeriod.includes(failure.status ?? 0);
}

/** Asks `contacts/completed` page by page. */
export class CompletedPages {
  readonly #client: ApiClient;
  readonly #url: URL;

  /** `acd`: the address of the ACD APIs, for example `https://api-na1.niceincontact.com/incontactapi/services/v30.0`. */
  constructor(client: ApiClient, acd: URL) {
    this.#client = client;
    this.#url = new URL(`${acd.href.replace(/\/$/, '')}/contacts/completed`);
  }

  /**
   * Reads all rows of the query; some may come twice. Pages follow the contacts' start where the list is in that
   * order: an offset would skip a row whenever one above it leaves. Where it is not, they follow `_links.next`.
   * Throws {@link PeriodRefused}, and the `CxvaultError` of the whole source.
   */
  async read(
    query: CompletedQuery,
    take: (rows: readonly ContactRow[]) => void,
    signal: AbortSignal | undefined,
  ): Promise<CompletedHead> {
    const asked = new Set<string>();
    let url: URL | undefined = this.#urlOf(query);
    let head: CompletedHead | undefined;
    let byStart = true; // as long as the API gives what that is asked for
    let link: URL | undefined;
    let hasLinks = false; // an API that has links says by their end that there is no more
    while (url !== undefined && !asked.has(url.href) && asked.size < mostPages) {
      asked.add(url.href);
      const page: CompletedPage | 'refused' | undefined = await this.#page(url, head !== undefined, signal);
      if (page === undefined) break;
      if (page === 'refused') {
        // to begin at a start makes a period of the query, which may be too long: the link makes none
        byStart = false;
        url = link;
        continue;
      }
      head ??= { totalRecords: page.totalRecords ?? 0, lastPollTime: page.lastPollTime };
      take(page.rows);
      byStart &&= isFromStart(page.rows, url.searchParams.get('startDate'));
      hasLinks ||= page.next !== undefined;
      if (isLast(page, url, hasLinks)) break;
      link = linkAfter(page, url);
      url = byStart ? (this.#startAfter(page, query, url) ?? link) : link;
    }
    return head ?? { totalRecords: 0, lastPollTime: undefined };
  }

  /** One page; undefined for none. */
  async page(url: URL, signal: AbortSignal | undefined): Promise<CompletedPage | undefined> {
    const request = {
      family: 'acd',
      wholeSystem: true,
      method: 'GET',
      url,
      ...(signal && { signal }),
    } as const;
    try {
      return await this.#client.jsonOrNothing(request, readCompletedPage);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      if (refusesPeriod(error)) throw new PeriodRefused(error);
      throw listError(error, url.host);
    }
  }

  /** A page; `refused` when it is not the first of its query, and its period is too long. */
  async #page(
    url: URL,
    isLater: boolean,
    signal: AbortSignal | undefined,
  ): Promise<CompletedPage | 'refused' | undefined> {
    try {
      return await this.page(url, signal);
    } catch (error) {
      if (isLater && error instanceof PeriodRefused) return 'refused';
      throw error;
    }
  }

  #urlOf(query: CompletedQuery): URL {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries({ ...query, orderBy: 'contactStartDate asc', top: pageRows }))
      url.searchParams.set(name, String(value));
    return url;
  }

  /** The page that begins with the start at which this one ends; undefined where that leads nowhere. */
  #startAfter({ rows }: CompletedPage, query: CompletedQuery, url: URL): URL | undefined {
    const [first, last] = [rows.at(0)?.startTime, rows.at(-1)?.startTime];
    const isOneInstant = last === (url.searchParams.get('startDate') ?? first);
    return last === undefined || isOneInstant ? undefined : this.#urlOf({ ...query, startDate: last });
  }
}

/** True when no page comes after this one. Without any links, one comes while fewer rows were read than are counted. */
function isLast({ rows, next, totalRecords = 0 }: CompletedPage, url: URL, hasLinks: boolean): boolean {
  if (rows.length === 0) return true;
  if (next !== undefined || rows.length >= pageRows) return false;
  return hasLinks || skipOf(url) + rows.length >= totalRecords;
}

/** The page after this one by its link, or else by its number of rows. */
function linkAfter({ rows, next }: CompletedPage, url: URL): URL | undefined {
  if (next === undefined) return skipping(url, rows.length);
  // Whatever a proxy writes into its links: the API is where we asked it.
  const target = URL.parse(next, url.href);
  return target === null ? undefined : new URL(target.search, url.href);
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

function skipping(url: URL, rows: number): URL {
  const next = new URL(url);
  next.searchParams.set('skip', String(skipOf(url) + rows));
  return next;
}

function skipOf(url: URL): number {
  return Number(url.searchParams.get('skip') ?? '0');
}

import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { readCompletedPage, type CompletedPage } from './completed-page.ts';
import type { ContactRow } from './contact-row.ts';
import { listError } from './list-failures.ts';
import { PageTrail } from './page-trail.ts';

/** Rows a page; the API allows 10,000, and its clients go lower because large pages run into time-outs. */
export const pageRows = 1000;

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
   * Reads all rows of the query; some may come twice. `byStart`: whether pages may follow the starts. Throws
   * {@link PeriodRefused}, and the `CxvaultError` of the whole source.
   */
  async read(
    query: CompletedQuery,
    { byStart, take }: { byStart: boolean; take: (rows: readonly ContactRow[]) => void },
    signal: AbortSignal | undefined,
  ): Promise<CompletedHead> {
    let url: URL | undefined = this.#urlOf(query);
    const trail = new PageTrail(url, { pageRows, byStart });
    let head: CompletedHead | undefined;
    while (url !== undefined) {
      const page: CompletedPage | 'refused' | undefined = await this.#page(url, head !== undefined, signal);
      if (page === undefined) break;
      if (page === 'refused') {
        url = trail.afterRefusal();
        continue;
      }
      head ??= { totalRecords: page.totalRecords ?? 0, lastPollTime: page.lastPollTime };
      take(page.rows);
      url = trail.after(page, url);
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
}

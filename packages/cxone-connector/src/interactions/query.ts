import { CxvaultError } from '@cxvault/plugin-api';
import type { InteractionPage } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { sourceError } from './failures.ts';
import { readQueryPage } from './query-page.ts';
import type { QueryPage } from './query-page.ts';

/** Rows a page, as the API's own examples ask for. */
const pageSize = 100;

/** More empty pages in a row than this, each with another cursor, are a defect of the API. */
const maxEmptyPages = 1000;

/** Asks for pages of the list. */
export class InteractionQuery {
  readonly #client: ApiClient;
  readonly #url: URL;

  constructor(client: ApiClient, url: URL) {
    this.#client = client;
    this.#url = url;
  }

  /**
   * One pass, newest first, with one page asked for ahead. Pages without rows are not passed on unless they are
   * all there is: a caller that stops at the first page of old rows must not stop at one of none.
   */
  async *pages(signal: AbortSignal | undefined): AsyncGenerator<InteractionPage, void, void> {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const cursors = new CursorTrail();
    let next: Promise<QueryPage> | undefined = this.#ahead(undefined, either);
    try {
      while (next !== undefined) {
        const page: QueryPage = await next;
        cursors.follow(page);
        next = page.cursor === undefined ? undefined : this.#ahead(page.cursor, either);
        if (page.rows.length > 0) yield { rows: page.rows };
      }
    } finally {
      stop.abort();
    }
  }

  /** A page. Throws the `CxvaultError` of the whole source. */
  async page(cursor: string | undefined, signal: AbortSignal | undefined): Promise<QueryPage> {
    const json = {
      type: 'interaction',
      filter: 'status:closed',
      orderBy: 'updatedTime desc',
      pageSize,
      ...(cursor !== undefined && { pageToken: cursor }),
    };
    const request = {
      family: 'query',
      wholeSystem: true,
      method: 'POST',
      url: this.#url,
      json,
      ...(signal && { signal }),
    } as const;
    try {
      return await this.#client.json(request, readQueryPage);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      throw this.#errorOf(error, cursor);
    }
  }

  #ahead(cursor: string | undefined, signal: AbortSignal): Promise<QueryPage> {
    const page = this.page(cursor, signal);
    page.catch(() => undefined); // the caller may never come to hear of it
    return page;
  }

  #errorOf(error: RequestFailure, cursor: string | undefined): CxvaultError {
    const { status, requestId } = error.failure;
    if (cursor === undefined || status === undefined || ![400, 404, 410].includes(status)) {
      return sourceError(error, 'listing interactions', this.#url.host);
    }
    return new CxvaultError('SOURCE_REFUSED', 'the cursor of the list has expired', {
      context: { cursor: 'expired', status, requestId },
      hint: 'the list has to be read from its beginning',
    });
  }
}

/** Watches that a list comes to an end. */
class CursorTrail {
  readonly #seen = new Set<string>();
  #emptyPages = 0;

  follow({ cursor, rows }: QueryPage): void {
    this.#emptyPages = rows.length === 0 ? this.#emptyPages + 1 : 0;
    if (cursor === undefined) return;
    if (this.#seen.has(cursor) || this.#emptyPages > maxEmptyPages) {
      throw new CxvaultError('SOURCE_RESPONSE_INVALID', 'the list does not come to an end', {
        context: { cursor: this.#seen.has(cursor) ? 'repeated' : 'empty pages', pages: this.#seen.size + 1 },
        hint: 'run again; if it stays so, ask CXone support about the cursor of this query',
      });
    }
    this.#seen.add(cursor);
  }
}

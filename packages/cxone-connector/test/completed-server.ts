import type { JsonObject, SourceLog } from '@cxvault/plugin-api';
import { ApiClient } from '../src/http/api-client.ts';
import { CallCounter } from '../src/http/call-counts.ts';
import { defaultRetryPolicy } from '../src/http/retry.ts';
import { openWire } from '../src/http/transport.ts';
import { CompletedPages } from '../src/platform/completed-pages.ts';
import { ContactList } from '../src/platform/contact-list.ts';
import { RowStore } from '../src/platform/row-store.ts';
import { json, startServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { TestClock } from './test-clock.ts';

/** A contact as the server lists it; ids stay text, so that 64 bits go out exactly. */
export interface Contact {
  readonly id: string;
  readonly master: string;
  readonly start: string;
  readonly updated: string;
}

/** How the API behaves that lists the contacts. */
export interface Habits {
  /** Periods longer than this are a 400, in milliseconds. */
  longest: number;
  /** How they are refused. */
  refusal: number;
  /** More rows than this come on no page, whatever is asked for. */
  mostRows: number;
  /** Whether pages name the next one. */
  links: boolean;
  order: 'start' | 'newest first' | 'none';
  /** Whether `startDate` counts beside `updatedSince`. */
  combines: boolean;
  /** Whether a query without `startDate` is refused. */
  wantsStart: boolean;
  /** Whether pages tell how many rows the query has. */
  counts: boolean;
  /** Rows that are counted and not listed. */
  hidden: number;
  lastPollTime: string | undefined;
  /** Called before each page. */
  onPage: () => void;
}

/** `contacts/completed` over real HTTP, and the list that reads it. */
export class CompletedServer implements AsyncDisposable {
  readonly contacts: Contact[] = [];
  readonly habits: Habits = {
    longest: Infinity,
    refusal: 400,
    mostRows: Infinity,
    links: true,
    order: 'start',
    combines: true,
    wantsStart: false,
    counts: true,
    hidden: 0,
    lastPollTime: undefined,
    onPage: () => undefined,
  };
  readonly warnings: string[] = [];
  readonly rows = new RowStore();
  readonly clock = new TestClock(Date.parse('2026-03-01T00:00:00Z'));
  readonly #wire = openWire({ headersMs: 2_000, idleMs: 2_000 });
  #server: ScriptedServer | undefined;

  async start(): Promise<this> {
    this.#server = await startServer((request, response) => {
      const url = new URL(request.url, 'http://localhost');
      const answer = this.#answer(url);
      if (answer === 'refused') json(response, { error: 'range' }, this.habits.refusal);
      else if (answer === 'nothing') response.writeHead(204).end();
      else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(withNumbers(JSON.stringify(answer)));
      }
    });
    return this;
  }

  get queries(): URLSearchParams[] {
    return (this.#server?.seen ?? []).map(({ url }) => new URL(url, 'http://localhost').searchParams);
  }

  list(): ContactList {
    const log: SourceLog = () => undefined;
    const retry = {
      policy: defaultRetryPolicy,
      clock: this.clock,
      random: () => 0.5,
      counter: new CallCounter(),
      log,
    };
    const client = new ApiClient(this.#wire.exchange, retry, 2_000);
    return new ContactList({
      pages: new CompletedPages(client, new URL(`${this.#server?.origin ?? ''}/services/v30.0`)),
      rows: this.rows,
      now: () => this.clock.now(),
      warn: (message) => this.warnings.push(message),
      host: 'the test',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.rows.close();
    this.#wire.close();
    await this.#server?.close();
  }

  #answer(url: URL): JsonObject | 'refused' | 'nothing' {
    this.habits.onPage();
    const query = url.searchParams;
    const [from, to, since] = ['startDate', 'endDate', 'updatedSince'].map((name) => query.get(name));
    if (this.habits.wantsStart && from == null) return 'refused';
    const end = to ?? this.clock.now();
    if (from && new Date(end).getTime() - Date.parse(from) > this.habits.longest) return 'refused';
    const usesStart = since == null || this.habits.combines;
    const found = this.contacts.filter(
      ({ start, updated }) =>
        (!since || updated >= since) && (!usesStart || ((!from || start >= from) && (!to || start <= to))),
    );
    const isOrdered = this.habits.order !== 'none' && query.get('orderBy') === 'contactStartDate asc';
    if (isOrdered) found.sort((a, b) => (a.start < b.start ? -1 : 1));
    if (this.habits.order === 'newest first') found.reverse();
    const skip = Number(query.get('skip') ?? 0);
    const top = Math.min(Number(query.get('top')), this.habits.mostRows);
    const page = found.slice(skip, skip + top);
    if (page.length === 0) return 'nothing';
    const next = new URL(url);
    next.searchParams.set('skip', String(skip + top));
    const isMore = this.habits.links && skip + top < found.length;
    return {
      ...(this.habits.counts && { totalRecords: found.length + this.habits.hidden }),
      ...(this.habits.lastPollTime !== undefined && { lastPollTime: this.habits.lastPollTime }),
      _links: { next: isMore ? `https://elsewhere.invalid/x${next.search}` : '' },
      completedContacts: page.map((contact) => rowOf(contact)),
    };
  }
}

function rowOf({ id, master, start, updated }: Contact): JsonObject {
  return { contactId: `#${id}`, masterContactId: `#${master}`, contactStart: start, lastUpdateTime: updated };
}

/** The API writes its ids as JSON numbers of any length. */
function withNumbers(text: string): string {
  return text.replace(/"#(\d+)"/g, '$1');
}

/** `n` contacts, a minute apart from this time on, each its own master. */
export function minutely(n: number, from: string, firstId = 9_007_199_254_740_993n): Contact[] {
  return Array.from({ length: n }, (_, i) => {
    const start = new Date(Date.parse(from) + i * 60_000).toISOString();
    const id = String(firstId + BigInt(i));
    return { id, master: id, start, updated: start };
  });
}

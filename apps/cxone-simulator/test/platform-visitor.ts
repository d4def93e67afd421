import { afterEach } from '@jest/globals';
import { startPlatformSimulator } from '@cxvault/cxone-simulator';
import type { PlatformSimulator, SimulatorOptions } from '@cxvault/cxone-simulator';
import { ask } from './visitor.ts';
import type { Ask, Reply } from './visitor.ts';

const acd = '/incontactapi/services/v30.0';
const running: PlatformSimulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

export interface Row {
  readonly contactId: string;
  readonly masterContactId: string;
  readonly contactStartDate: string;
  readonly lastUpdateTime: string;
  readonly dateContactWarehoused: string;
  readonly mediaTypeId: number;
  readonly isLogged: boolean;
  readonly totalDurationSeconds: number;
  readonly primaryDispositionId: number;
}

export interface Page {
  readonly totalRecords: number;
  readonly lastPollTime: string;
  readonly _links: { readonly self: string; readonly next: string; readonly previous: string };
  readonly completedContacts: readonly Row[];
}

export interface PlaybackDocument {
  readonly interactions?: readonly PlaybackInteraction[];
  readonly Interactions?: readonly PlaybackInteraction[];
}

export interface PlaybackInteraction {
  readonly mediaType: string;
  readonly dynamicBusinessData: readonly { readonly id: string; readonly value: string }[];
  readonly data: { readonly fileToPlayUrl?: string; readonly segmentsDataList: readonly object[] };
}

/** JSON whose long numbers become strings with all their digits. */
export function readIds(text: string): unknown {
  const digits = (_: string, value: unknown, { source }: { source: string }): unknown =>
    typeof value === 'number' && value > 1e11 ? source : value;
  return JSON.parse(text, digits as (key: string, value: unknown) => unknown);
}

/** A simulator of the profile `platform` that ends with the test, and a visitor with a token. */
export async function openPlatform(
  options: SimulatorOptions = {},
): Promise<{ simulator: PlatformSimulator; visitor: PlatformVisitor }> {
  const simulator = await startPlatformSimulator(options);
  running.push(simulator);
  const visitor = new PlatformVisitor(simulator.url);
  await visitor.login();
  return { simulator, visitor };
}

/** A client of NICE's published APIs that never retries. */
export class PlatformVisitor {
  readonly url: string;
  token = '';

  constructor(url: string) {
    this.url = url;
  }

  askToken(form: Readonly<Record<string, string>>, basic = 'demo-client:demo-secret'): Promise<Reply> {
    const body = new URLSearchParams(form).toString();
    const headers = { authorization: `Basic ${btoa(basic)}` };
    return ask(`${this.url}/auth/token`, { method: 'POST', headers, body });
  }

  async login(): Promise<Tokens> {
    const form = { grant_type: 'password', username: 'demo-access-key', password: 'demo-access-secret' };
    const tokens = (await this.askToken(form)).json() as Tokens;
    this.token = tokens.access_token;
    return tokens;
  }

  /** With the token, by path or by whole address. */
  ask(path: string, more: Ask = {}): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.token}`, accept: 'application/json', ...more.headers };
    return ask(path.startsWith('/') ? this.url + path : path, { ...more, headers });
  }

  acd(path: string): Promise<Reply> {
    return this.ask(acd + path);
  }

  askList(query: Readonly<Record<string, string>>): Promise<Reply> {
    return this.acd(`/contacts/completed?${new URLSearchParams(query).toString()}`);
  }

  /** All rows, page by page; `between` runs after each page. */
  async list(query: Readonly<Record<string, string>>, between?: () => Promise<unknown>): Promise<Row[]> {
    const rows: Row[] = [];
    let reply = await this.askList(query);
    while (reply.status !== 204) {
      const page = readIds(reply.text) as Page;
      rows.push(...page.completedContacts);
      if (page._links.next === '') break;
      await between?.();
      reply = await this.ask(page._links.next);
    }
    return rows;
  }

  askPlayback(id: string, more = ''): Promise<Reply> {
    return this.ask(`/media-playback/v1/contacts?acd-call-id=${id}&media-type=all${more}`);
  }

  async playback(id: string): Promise<readonly PlaybackInteraction[]> {
    const document = (await this.askPlayback(id)).json() as PlaybackDocument;
    return document.interactions ?? document.Interactions ?? [];
  }

  mark(id: string, field = 'archival_status'): Promise<Reply> {
    const body = JSON.stringify([{ [field]: 'archived' }]);
    return this.ask(`/business-data-manager/v1/business-data/contact/${id}`, { method: 'PUT', body });
  }

  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Reply> {
    return ask(this.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  /** The id of the contact of this number, 0 the newest of the start. */
  async idOf(number: number): Promise<string> {
    const lines = (await this.control('GET', '/__truth?full=1&hidden=1')).text.split('\n');
    return (JSON.parse(lines[number] ?? '') as { id: string }).id;
  }
}

/** Rows that show at once, none of them odd: what a test wants otherwise it says. */
export const plain = {
  list: { visibleAfterMs: 0 },
  contacts: {
    mediaTypes: [4],
    manyLegs: 0,
    long: 0,
    unlogged: 0,
    edited: 0,
    lateRecording: 0,
    purged: 0,
    bigFile: 0,
  },
} satisfies SimulatorOptions['platform'];

export const start = Date.parse('2026-06-01T12:00:00.000Z');
export const hour = 3_600_000; // ms

/** A window as the list wants it. */
export function window(from: number, to: number): { startDate: string; endDate: string } {
  return { startDate: new Date(from).toISOString(), endDate: new Date(to).toISOString() };
}

import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** A row or detail, in either spelling, as far as the tests look at it. */
const rowSchema = z.looseObject({ id: z.string(), updatedTime: z.string() });
const pageSchema = z.object({
  data: z.array(rowSchema),
  pagination: z.object({ nextPage: z.string().optional() }),
});
const detailSchema = rowSchema.extend({
  status: z.string(),
  media: z.array(z.looseObject({ id: z.string(), playbackUrl: z.string(), durationMs: z.number() })),
  participants: z.array(z.looseObject({ id: z.string() })),
  wrapUp: z.object({ note: z.string() }),
  customFields: z.array(z.object({ fieldId: z.string(), value: z.string() })),
});
const tokenSchema = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  scope: z.string().optional(),
});

export type Row = z.output<typeof rowSchema>;
export type Detail = z.output<typeof detailSchema>;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request, with nothing in between that retries, follows or decodes. Rejects when the connection breaks. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(pieces);
        const text = whole.toString('utf8');
        const status = response.statusCode ?? 0;
        resolve({
          status,
          headers: response.headers,
          body: whole,
          text,
          json: () => JSON.parse(text) as unknown,
        });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** A client that knows the API and trusts nobody: it never retries. */
export class Visitor {
  readonly url: string;
  token = '';

  constructor(url: string) {
    this.url = url;
  }

  static async loggedIn(url: string): Promise<Visitor> {
    const visitor = new Visitor(url);
    await visitor.login();
    return visitor;
  }

  async login(): Promise<z.output<typeof tokenSchema>> {
    const reply = await this.askToken('demo-client', 'demo-secret');
    const answer = tokenSchema.parse(reply.json());
    this.token = answer.access_token;
    return answer;
  }

  askToken(id: string, secret: string, more: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret, ...more };
    return ask(`${this.url}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  }

  askQuery(body: object = {}): Promise<Reply> {
    return this.#api('POST', '/api/v2/interactions/query', body);
  }

  askDetail(id: string): Promise<Reply> {
    return this.#api('GET', `/api/v2/interactions/${id}`);
  }

  askMark(id: string, value = 'archived', fieldId = 'archival_status'): Promise<Reply> {
    return this.#api('PATCH', `/api/v2/interactions/${id}/custom-fields`, { fieldId, value });
  }

  /** A control endpoint under `/__`. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Reply> {
    return ask(this.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  async page(pageSize: number, pageToken?: string): Promise<{ rows: Row[]; next: string | undefined }> {
    const order = { type: 'interaction', filter: 'status:closed', orderBy: 'updatedTime desc' };
    const { data, pagination } = pageSchema.parse(
      (await this.askQuery({ ...order, pageSize, pageToken })).json(),
    );
    return { rows: data, next: pagination.nextPage };
  }

  /** The whole list; `between` runs after each page. */
  async list(pageSize: number, between?: (rows: Row[]) => Promise<void>): Promise<Row[]> {
    const all: Row[] = [];
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const page = await this.page(pageSize, next);
      all.push(...page.rows);
      next = page.next;
      await between?.(page.rows);
    }
    return all;
  }

  async detail(id: string): Promise<Detail> {
    return detailSchema.parse((await this.askDetail(id)).json());
  }

  async #api(method: string, path: string, body?: object): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    return ask(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

import type { ServerResponse } from 'node:http';
import type { BudgetRules, InteractionSource, JsonValue, SourceContext } from '@cxvault/plugin-api';
import { createSourceFactory } from '../src/index.ts';
import type { Surroundings } from '../src/index.ts';
import { json, startServer } from './scripted-server.ts';
import type { Answerer, ScriptedServer, SeenRequest } from './scripted-server.ts';
import { TestClock } from './test-clock.ts';

export const clientId = 'client-id-7f3';
export const clientSecret = 's3cret:with/odd chars&=%';

export interface SlotRecord {
  readonly family: string;
  ended?: { status: number; retryAfter?: string | null; date?: string | null } | 'nothing';
}

/** A scripted tenant: each test overrides the routes that it is about. */
export class TestTenant implements AsyncDisposable {
  readonly server: ScriptedServer;
  readonly clock = new TestClock();
  readonly slots: SlotRecord[] = [];
  readonly scopes: { issuer: string; tenant: string; rules: BudgetRules }[] = [];
  readonly logged: unknown[][] = [];
  readonly sources: InteractionSource[] = [];
  readonly routes: Map<string, Answerer>;

  constructor(server: ScriptedServer, routes: Map<string, Answerer>) {
    this.server = server;
    this.routes = routes;
  }

  /** Requests whose path begins so. */
  seen(path: string): SeenRequest[] {
    return this.server.seen.filter(({ url }) => url.startsWith(path));
  }

  /** Answers one path, query excluded; the handlers of a list are used one after the other, the last for good. */
  on(path: string, ...answers: Answerer[]): this {
    let next = 0;
    this.routes.set(path, (request, response) => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      answer?.(request, response);
    });
    return this;
  }

  async open(
    settings: Record<string, unknown> = {},
    env: NodeJS.ProcessEnv = {},
    replaced: Partial<Surroundings> = {},
  ): Promise<InteractionSource> {
    const context: SourceContext = {
      settings: { markerField: 'field-9', ...settings },
      env: {
        CXONE_API_BASE: this.server.origin,
        CXONE_CLIENT_ID: clientId,
        CXONE_CLIENT_SECRET: clientSecret,
        ...env,
      },
      openBudgets: (scope) => {
        this.scopes.push(scope);
        return { acquire: (family) => Promise.resolve(this.#slot(family)), close: () => undefined };
      },
      log: (...line) => this.logged.push(line),
    };
    const surroundings = { clock: this.clock, random: () => 0.5, limits: { headersMs: 400, idleMs: 400 } };
    const source = await createSourceFactory({ ...surroundings, ...replaced }).open('interactions', context);
    this.sources.push(source);
    return source;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()));
    await this.server.close();
  }

  #slot(family: string): { done: (response?: SlotRecord['ended'] & object) => void } {
    const record: SlotRecord = { family };
    this.slots.push(record);
    return { done: (response) => (record.ended = response ?? 'nothing') };
  }
}

/** A tenant that logs anybody in and has nothing else. */
export async function startTenant(): Promise<TestTenant> {
  const routes = new Map<string, Answerer>();
  const server = await startServer((request, response) => {
    const answer = routes.get(request.url.split('?')[0] ?? '');
    if (answer) answer(request, response);
    else json(response, { error: 'nothing here' }, 404);
  });
  const tenant = new TestTenant(server, routes);
  tenant.on('/.well-known/openid-configuration', (_, response) => {
    json(response, { issuer: server.origin, token_endpoint: `${server.origin}/oauth/token` });
  });
  let issued = 0;
  tenant.on('/oauth/token', (_, response) => {
    issued += 1;
    json(response, tokenAnswer(`token-${issued}`));
  });
  return tenant;
}

export function tokenAnswer(token: string, rest: Record<string, JsonValue> = {}): Record<string, JsonValue> {
  const scope = 'interactions:read recordings:read customfields:write';
  return { access_token: token, token_type: 'Bearer', expires_in: 3600, scope, ...rest };
}

/** A JWT whose signature nobody checks. */
export function jwt(claims: Record<string, JsonValue>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
}

export const queryPath = '/api/v2/interactions/query';
export const detailPath = '/api/v2/interactions/';

/** An answer of JSON. */
export function answer(body: unknown, status = 200, headers = {}): Answerer {
  return (_, response: ServerResponse) => {
    json(response, body, status, headers);
  };
}

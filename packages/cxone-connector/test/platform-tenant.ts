import type { BudgetRules, InteractionSource, JsonValue, SourceContext } from '@cxvault/plugin-api';
import { realSurroundings } from '../src/http/connection.ts';
import type { Surroundings } from '../src/http/connection.ts';
import { connectPlatform } from '../src/platform/connection.ts';
import type { PlatformConnection } from '../src/platform/connection.ts';
import { openPlatform } from '../src/platform/open-source.ts';
import { readPlatformSettings } from '../src/platform/settings.ts';
import { json, startServer } from './scripted-server.ts';
import type { Answerer, ScriptedServer, SeenRequest } from './scripted-server.ts';
import { answer, jwt } from './tenant.ts';
import { TestClock } from './test-clock.ts';

export const accessKeyId = 'ACCESSKEY7';
export const accessKeySecret = 'k3y:with/odd chars&=%';
export const platformClientId = 'app-id-7f3';
export const platformClientSecret = 's3cret:with/odd chars&=%';
export const platformTenantId = '11e8-acme';

export const configurationPath = '/.well-known/cxone-configuration';
export const tokenPath = '/auth/token';
export const acdPath = '/incontactapi/services/v30.0';

export interface PlatformSlot {
  readonly family: string;
  ended?: { status: number; retryAfter?: string | null; date?: string | null } | 'nothing';
}

/** A real HTTP server whose paths are answered as each test says; 404 for the others. */
export class RoutedServer {
  readonly server: ScriptedServer;
  readonly #routes: Map<string, Answerer>;

  constructor(server: ScriptedServer, routes: Map<string, Answerer>) {
    this.server = server;
    this.#routes = routes;
  }

  static async start(): Promise<RoutedServer> {
    const routes = new Map<string, Answerer>();
    const server = await startServer((request, response) => {
      const found = routes.get(request.url.split('?')[0] ?? '');
      if (found) found(request, response);
      else json(response, { message: 'nothing here' }, 404);
    });
    return new RoutedServer(server, routes);
  }

  get origin(): string {
    return this.server.origin;
  }

  /** Answers one path, query excluded; several answers are used one after the other, the last for good. */
  on(path: string, ...answers: Answerer[]): this {
    let next = 0;
    this.#routes.set(path, (request, response) => {
      answers[Math.min(next, answers.length - 1)]?.(request, response);
      next += 1;
    });
    return this;
  }

  /** Requests whose path begins so. */
  seen(path = ''): SeenRequest[] {
    return this.server.seen.filter(({ url }) => url.startsWith(path));
  }
}

/** A platform tenant: an issuer and, on an origin of its own, the API. */
export class PlatformTenant implements AsyncDisposable {
  readonly issuer: RoutedServer;
  readonly api: RoutedServer;
  readonly clock = new TestClock();
  readonly slots: PlatformSlot[] = [];
  readonly scopes: { issuer: string; tenant: string; rules: BudgetRules }[] = [];
  readonly logged: unknown[][] = [];
  readonly #connections: PlatformConnection[] = [];
  readonly #sources: InteractionSource[] = [];

  constructor(issuer: RoutedServer, api: RoutedServer) {
    this.issuer = issuer;
    this.api = api;
  }

  context(settings: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}): SourceContext {
    return {
      settings,
      env: {
        CXONE_ISSUER: this.issuer.origin,
        CXONE_ACCESS_KEY_ID: accessKeyId,
        CXONE_ACCESS_KEY_SECRET: accessKeySecret,
        CXONE_CLIENT_ID: platformClientId,
        CXONE_CLIENT_SECRET: platformClientSecret,
        ...env,
      },
      openBudgets: (scope) => {
        this.scopes.push(scope);
        return { acquire: (family) => Promise.resolve(this.#slot(family)), close: () => undefined };
      },
      log: (...line) => this.logged.push(line),
    };
  }

  /** With a clock whose waits take no time. */
  surroundings(): Surroundings {
    const limits = { headersMs: 400, idleMs: 400 };
    return { ...realSurroundings, clock: this.clock, random: () => 0.5, limits };
  }

  connect(settings: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}): PlatformConnection {
    const context = this.context(settings, env);
    const read = readPlatformSettings(context.settings, context.env);
    const connection = connectPlatform(read, context, this.surroundings());
    this.#connections.push(connection);
    return connection;
  }

  open(settings: Record<string, unknown> = {}): InteractionSource {
    const source = openPlatform(this.context(settings), this.surroundings());
    this.#sources.push(source);
    return source;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
    for (const { session } of this.#connections) session.close();
    await Promise.all([this.issuer.server.close(), this.api.server.close()]);
  }

  #slot(family: string): { done: (response?: PlatformSlot['ended'] & object) => void } {
    const record: PlatformSlot = { family };
    this.slots.push(record);
    return { done: (response) => (record.ended = response ?? 'nothing') };
  }
}

/** A tenant that logs anybody in and has nothing else. The first token is number 1. */
export async function startPlatform(): Promise<PlatformTenant> {
  const [issuer, api] = await Promise.all([RoutedServer.start(), RoutedServer.start()]);
  issuer.on(
    '/.well-known/openid-configuration',
    answer({
      issuer: issuer.origin,
      token_endpoint: `${issuer.origin}${tokenPath}`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }),
  );
  issuer.on(configurationPath, answer({ api_endpoint: api.origin, area: 'na1', domain: 'example.test' }));
  let issued = 0;
  issuer.on(tokenPath, (_, response) => {
    issued += 1;
    json(response, platformToken(issued));
  });
  return new PlatformTenant(issuer, api);
}

/** The answer of the token endpoint: token and refresh token bear the number. */
export function platformToken(n: number, rest: Record<string, JsonValue> = {}): Record<string, JsonValue> {
  return {
    access_token: tokenOf(n),
    refresh_token: `refresh-${n}`,
    token_type: 'Bearer',
    expires_in: 3600,
    id_token: 'not.a.token',
    ...rest,
  };
}

export function tokenOf(n: number): string {
  return jwt({ tenantId: platformTenantId, jti: n });
}

import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readOtelSettings } from '../src/telemetry/otel-settings.ts';
import { SimulatedDesk } from './simulated-desk.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string } }[];
  status: { code?: number; message?: string };
}
interface Metric {
  name: string;
  sum: { dataPoints: { asInt: string; attributes: { value: { stringValue: string } }[] }[] };
}

/** A collector: keeps what is sent to it. */
class Collector implements AsyncDisposable {
  readonly requests: { path: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  status = 200;
  /** Takes requests and never answers. */
  silent = false;
  url = '';
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.requests.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      if (this.silent) return;
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
    });
  });

  static async open(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    const address = collector.#server.address();
    if (typeof address === 'object' && address !== null) collector.url = `http://127.0.0.1:${address.port}`;
    return collector;
  }

  get spans(): Span[] {
    return this.#sent('/v1/traces').flatMap((body) => {
      const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    });
  }

  /** The value of each counter, by name and attributes. */
  get counters(): Record<string, number> {
    const metrics = this.#sent('/v1/metrics').flatMap((body) => {
      const { resourceMetrics } = body as { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] };
      return resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
    });
    return Object.fromEntries(
      metrics.flatMap(({ name, sum }) =>
        sum.dataPoints.map(({ asInt, attributes }) => [
          [name, ...attributes.map(({ value }) => value.stringValue)].join(' '),
          Number(asInt),
        ]),
      ),
    );
  }

  #sent(path: string): unknown[] {
    return this.requests.filter((one) => one.path === path).map(({ body }) => JSON.parse(body) as unknown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const locked = ['--archive', 'archive', '--key-file', 'key'];
let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions: 5 },
  });
  await desk.run(['init', ...locked]);
});
afterAll(async () => {
  await desk.close();
});

describe('telemetry', () => {
  it('sends a run and a verify as spans and counters', async () => {
    await using collector = await Collector.open();
    const otel = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${desk.secret('s3cret-of-the-collector')}`,
      OTEL_SERVICE_NAME: 'archive of the north',
    };
    const run = await desk.json(['run', ...locked], { ...desk.source, ...otel });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const report = run.document as { successful_archives: number; marks: { sent: number } };
    const { spans, counters } = collector;
    const named = (name: string): Span[] => spans.filter((span) => span.name === name);
    const [whole] = named('run');
    expect(named('run')).toHaveLength(1);
    for (const name of ['list', 'fetch', 'media', 'segment', 'commit', 'mark'])
      expect({ name, spans: named(name).length > 0 }).toEqual({ name, spans: true });
    expect(named('mark')).toHaveLength(report.marks.sent);
    expect(named('fetch').every(({ parentSpanId }) => parentSpanId === whole?.spanId)).toBe(true);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    for (const span of spans) {
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    }
    expect(counters['cxvault.interactions archived']).toBe(report.successful_archives);
    expect(counters['cxvault.api.calls detail']).toBeGreaterThanOrEqual(5);
    const [request] = collector.requests;
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer s3cret-of-the-collector',
      'content-type': 'application/json',
    });
    expect(request?.body).toContain('archive of the north');
    expect(collector.requests.map(({ body }) => body).join()).not.toMatch(/s3cret|signature|token=/i);

    await desk.run(['verify', ...locked], otel);
    expect(collector.spans.filter(({ name }) => name === 'verify')).toHaveLength(1);
    expect(collector.counters['cxvault.verified records']).toBe(5);
  });

  it('tells of a run that failed', async () => {
    await using collector = await Collector.open();
    const env = { ...desk.source, CXONE_CLIENT_SECRET: desk.secret('not-the-s3cret') };
    const { code } = await desk.run(['run', ...locked], {
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    expect(code).toBe(20);
    const [whole] = collector.spans.filter(({ name }) => name === 'run');
    expect(whole?.status).toMatchObject({
      code: 2,
      message: expect.stringContaining('refused the login') as unknown,
    });
  });

  it('that cannot be delivered costs the work nothing but a line in the log', async () => {
    await using collector = await Collector.open();
    collector.status = 500;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const { code, stderr } = await desk.run(['verify', ...locked], env);
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stderr)).toMatchObject({ msg: 'telemetry.not_sent', reason: 'HTTP 500' });
  });

  it('does not wait for a collector that never answers', async () => {
    await using collector = await Collector.open();
    collector.silent = true;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '200' };
    const { code, stderr, tookMs } = await desk.run(['verify', ...locked], env);
    expect(code).toBe(0);
    expect(stderr).toContain('telemetry.not_sent');
    expect(tookMs).toBeLessThan(9_000); // the time limit without the setting is 10 s
  });

  it('is not sent, and not loaded, unless it is asked for', async () => {
    await using collector = await Collector.open();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' };
    expect((await desk.run(['verify', ...locked], env)).code).toBe(0);
    expect(collector.requests).toEqual([]);
    const hook = desk.path('list-modules.mjs');
    await writeFile(
      hook,
      `import { registerHooks } from 'node:module';
       registerHooks({ load(url, context, next) { process.stderr.write('LOADED ' + url + '\\n'); return next(url, context); } });`,
    );
    const { stderr } = await desk.run(['verify', ...locked], {}, ['--import', hook]);
    expect(stderr).toContain('telemetry/telemetry.js');
    expect(stderr).not.toMatch(/otlp|otel-settings/);
  });
});

describe('the variables of OpenTelemetry', () => {
  const warnings: string[] = [];
  const read = (env: Record<string, string>) =>
    readOtelSettings(env, '1', (text) => {
      warnings.push(text);
    });

  it('name endpoints as the specification has it', () => {
    expect(read({ OTEL_TRACES_EXPORTER: 'otlp' })?.traces?.url).toBe('http://localhost:4318/v1/traces');
    expect(read({ OTEL_TRACES_EXPORTER: 'otlp' })?.metrics).toBeUndefined();
    const both = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.example/base/',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t.example/own',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes,host.name=h%201',
    });
    expect(both?.traces?.url).toBe('https://t.example/own');
    expect(both?.metrics?.url).toBe('https://c.example/base/v1/metrics');
    expect(both?.resource).toMatchObject({ 'service.name': 'from-attributes', 'host.name': 'h 1' });
    expect(
      read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_METRICS_EXPORTER: 'none' })?.metrics,
    ).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('that ask for what is not there are warned of', () => {
    expect(
      read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
    ).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' })).toBeUndefined();
    expect(read({ OTEL_TRACES_EXPORTER: 'console' })).toBeUndefined();
    expect(warnings.map((text) => /grpc|no http address|console/.exec(text)?.[0])).toEqual([
      'grpc',
      'grpc',
      'no http address',
      'no http address',
      'console',
    ]);
  });
});

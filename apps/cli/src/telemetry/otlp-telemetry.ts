import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { SourceLog } from '@cxvault/plugin-api';
import { withoutSecrets } from '../redact.ts';
import type { OtelSettings, OtlpEndpoint } from './otel-settings.ts';
import { type Counter, type EndedSpan, metricsBody, tracesBody } from './otlp-json.ts';
import type { Attributes, OpenSpan, Telemetry } from './telemetry.ts';

const batchSize = 512; // spans in one request, as the SDKs' batch processor has it
const mostWaiting = 4096; // spans: more are dropped, and counted
const flushEveryMs = 5_000;

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** Sends spans and counters as OTLP over HTTP in JSON. What cannot be sent is dropped, and logged once. */
export class OtlpTelemetry implements Telemetry {
  readonly enabled = true;
  readonly #settings: OtelSettings;
  readonly #log: SourceLog;
  readonly #startedAt = nowNs();
  readonly #current = new AsyncLocalStorage<SpanContext>();
  readonly #counters = new Map<string, Counter>();
  readonly #timer: NodeJS.Timeout;
  #ended: EndedSpan[] = [];
  /** Spans that are not sent yet, those on their way among them. */
  #waiting = 0;
  #dropped = 0;
  /** Counters have grown since they were sent. */
  #grown = false;
  #failed = false;
  #sending: Promise<void> = Promise.resolve();
  /** Ends what is under way when the command has waited long enough at its end. */
  readonly #patience = new AbortController();

  constructor(settings: OtelSettings, log: SourceLog) {
    this.#settings = settings;
    this.#log = log;
    this.#timer = setInterval(() => this.#flush(), flushEveryMs).unref();
  }

  begin(name: string, attributes: Attributes = {}): OpenSpan {
    return this.#open(name, attributes).span;
  }

  async span<Result>(
    name: string,
    attributes: Attributes,
    work: () => Promise<Result>,
    failure: (result: Result) => unknown = () => undefined,
  ): Promise<Result> {
    const { span, context } = this.#open(name, attributes);
    try {
      const result = await this.#current.run(context, work);
      span.end(failure(result));
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  count(name: string, value: number, attributes: Attributes = {}): void {
    const key = JSON.stringify([name, attributes]);
    const counter = this.#counters.get(key) ?? { name, attributes, value: 0 };
    counter.value += value;
    this.#counters.set(key, counter);
    this.#grown = true;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    setTimeout(() => this.#patience.abort(), this.#settings.timeoutMs).unref();
    await this.#sending;
    if (this.#dropped > 0) this.#log('warn', 'telemetry.spans_dropped', { spans: this.#dropped });
  }

  #open(name: string, attributes: Attributes): { span: OpenSpan; context: SpanContext } {
    const parent = this.#current.getStore();
    const context = { traceId: parent?.traceId ?? hex(16), spanId: hex(8) };
    const startedAt = nowNs();
    const end = (error?: unknown): void => {
      const failure = error === undefined ? undefined : withoutSecrets(messageOf(error));
      const base = { ...context, parentSpanId: parent?.spanId, name, startedAt, endedAt: nowNs() };
      this.#keep({ ...base, attributes, failure });
    };
    return { span: { end }, context };
  }

  #keep(span: EndedSpan): void {
    if (this.#settings.traces === undefined) return;
    if (this.#waiting >= mostWaiting) {
      this.#dropped += 1;
      return;
    }
    this.#ended.push(span);
    this.#waiting += 1;
    if (this.#ended.length >= batchSize) this.#flush();
  }

  #flush(): void {
    const { traces, metrics } = this.#settings;
    const batch = this.#ended;
    this.#ended = [];
    if (traces !== undefined && batch.length > 0) {
      this.#inTurn(async () => {
        await this.#post(traces, tracesBody(this.#settings, batch));
        this.#waiting -= batch.length;
      });
    }
    if (metrics === undefined || !this.#grown) return;
    this.#grown = false;
    const period = { from: this.#startedAt, to: nowNs() };
    const body = metricsBody(this.#settings, [...this.#counters.values()], period);
    this.#inTurn(() => this.#post(metrics, body));
  }

  /** One request after the other: a collector that is slow must not meet all at once. */
  #inTurn(send: () => Promise<void>): void {
    this.#sending = this.#sending.then(send);
  }

  async #post({ url, headers }: OtlpEndpoint, body: unknown): Promise<void> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([AbortSignal.timeout(this.#settings.timeoutMs), this.#patience.signal]),
      });
      await answer.body?.cancel();
      if (!answer.ok) this.#noteFailure(`HTTP ${answer.status}`);
    } catch (error) {
      this.#noteFailure(messageOf(error));
    }
  }

  #noteFailure(reason: string): void {
    if (!this.#failed) this.#log('warn', 'telemetry.not_sent', { reason });
    this.#failed = true;
  }
}

function nowNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'something unexpected was thrown';
}

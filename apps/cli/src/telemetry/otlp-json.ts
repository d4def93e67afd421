import type { OtelSettings } from './otel-settings.ts';
import type { Attributes } from './telemetry.ts';

/** A span that has ended. */
export interface EndedSpan {
  /** Hex digits: 32 of the trace, 16 of the span. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: Attributes;
  readonly failure: string | undefined;
}

/** A counter since the command began. */
export interface Counter {
  readonly name: string;
  readonly attributes: Attributes;
  value: number;
}

const statusError = 2;
const kindInternal = 1;
const cumulative = 2;

/** The body of an OTLP request for traces (opentelemetry-proto, JSON encoding: 64-bit numbers are strings). */
export function tracesBody(settings: OtelSettings, spans: readonly EndedSpan[]): unknown {
  const encoded = spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: kindInternal,
    startTimeUnixNano: String(span.startedAt),
    endTimeUnixNano: String(span.endedAt),
    attributes: encodeAttributes(span.attributes),
    status: span.failure === undefined ? {} : { code: statusError, message: span.failure },
  }));
  return { resourceSpans: [{ ...resource(settings), scopeSpans: [{ ...scope(settings), spans: encoded }] }] };
}

/** As {@link tracesBody}, for counters. */
export function metricsBody(
  settings: OtelSettings,
  counters: readonly Counter[],
  period: { readonly from: bigint; readonly to: bigint },
): unknown {
  const metrics = [...new Set(counters.map(({ name }) => name))].map((name) => ({
    name,
    sum: {
      aggregationTemporality: cumulative,
      isMonotonic: true,
      dataPoints: counters
        .filter((counter) => counter.name === name)
        .map(({ attributes, value }) => ({
          attributes: encodeAttributes(attributes),
          startTimeUnixNano: String(period.from),
          timeUnixNano: String(period.to),
          asInt: String(value),
        })),
    },
  }));
  return { resourceMetrics: [{ ...resource(settings), scopeMetrics: [{ ...scope(settings), metrics }] }] };
}

function resource(settings: OtelSettings): { resource: unknown } {
  return { resource: { attributes: encodeAttributes(settings.resource) } };
}

function scope({ version }: OtelSettings): { scope: unknown } {
  return { scope: { name: 'cxvault', version } };
}

function encodeAttributes(attributes: Attributes): { key: string; value: unknown }[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: encodeValue(value) }],
  );
}

function encodeValue(value: string | number | boolean): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

import type { Attributes } from './telemetry.ts';

/** Where one kind of data is sent to. */
export interface OtlpEndpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the variables of OpenTelemetry say (its specification, "OTLP Exporter" and "Environment Variables"). */
export interface OtelSettings {
  readonly traces: OtlpEndpoint | undefined;
  readonly metrics: OtlpEndpoint | undefined;
  readonly timeoutMs: number;
  readonly resource: Attributes;
  readonly version: string;
}

type Signal = 'TRACES' | 'METRICS';

const defaultEndpoint = 'http://localhost:4318';
const defaultTimeoutMs = 10_000;

/** Undefined: nothing is to be sent. What cannot be done is told by `warn`: telemetry never stops the work. */
export function readOtelSettings(
  env: NodeJS.ProcessEnv,
  version: string,
  warn: (text: string) => void,
): OtelSettings | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const traces = endpointOf(env, 'TRACES', warn);
  const metrics = endpointOf(env, 'METRICS', warn);
  if (traces === undefined && metrics === undefined) return undefined;
  const timeoutMs = Number(env.OTEL_EXPORTER_OTLP_TIMEOUT ?? defaultTimeoutMs);
  return {
    traces,
    metrics,
    timeoutMs: timeoutMs > 0 ? timeoutMs : defaultTimeoutMs,
    resource: {
      'service.name': 'cxvault',
      'service.version': version,
      ...pairs(env.OTEL_RESOURCE_ATTRIBUTES),
      ...(given(env.OTEL_SERVICE_NAME) && { 'service.name': env.OTEL_SERVICE_NAME }),
    },
    version,
  };
}

function endpointOf(
  env: NodeJS.ProcessEnv,
  signal: Signal,
  warn: (text: string) => void,
): OtlpEndpoint | undefined {
  const setting = (name: string): string | undefined =>
    given(env[`OTEL_EXPORTER_OTLP_${signal}_${name}`]) ?? given(env[`OTEL_EXPORTER_OTLP_${name}`]);
  const exporter = given(env[`OTEL_${signal}_EXPORTER`]);
  if (exporter === undefined && setting('ENDPOINT') === undefined) return undefined;
  if (exporter === 'none') return undefined;
  if (exporter !== undefined && exporter !== 'otlp') {
    warn(`OTEL_${signal}_EXPORTER=${exporter} is not known, and nothing is sent: use otlp or none`);
    return undefined;
  }
  if (setting('PROTOCOL') === 'grpc') {
    warn('telemetry is sent by http/json only, and OTEL_EXPORTER_OTLP_PROTOCOL is grpc: nothing is sent');
    return undefined;
  }
  const url = urlOf(env, signal);
  if (url !== undefined) return { url, headers: pairs(setting('HEADERS')) };
  warn(`the OTLP endpoint of ${signal.toLowerCase()} is no http address, and nothing is sent there`);
  return undefined;
}

/** A signal's own endpoint is taken as it is; the common one is a base (specification, "Endpoint URLs"). */
function urlOf(env: NodeJS.ProcessEnv, signal: Signal): string | undefined {
  const own = given(env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]);
  const base = given(env.OTEL_EXPORTER_OTLP_ENDPOINT) ?? defaultEndpoint;
  const url = URL.parse(own ?? `${base.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** `name=value,name=value`, values percent-encoded. */
function pairs(text: string | undefined): Record<string, string> {
  const entries = (text ?? '').split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

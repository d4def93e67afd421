import type { SourceLog } from '@cxvault/plugin-api';

/** What a span or a counter is about; no secret and no address. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Something that has begun and takes time. */
export interface OpenSpan {
  /** Once; with an error if it failed. */
  end(error?: unknown): void;
}

/** Traces and metrics of one command. Nothing that it does can fail or hold up the work. */
export interface Telemetry {
  /** False: nobody listens, and nothing needs to be watched. */
  readonly enabled: boolean;
  begin(name: string, attributes?: Attributes): OpenSpan;
  /** Does the work inside a span: what begins meanwhile is below it. `failure` finds one in a result. */
  span<Result>(
    name: string,
    attributes: Attributes,
    work: () => Promise<Result>,
    failure?: (result: Result) => unknown,
  ): Promise<Result>;
  /** Adds to a counter. */
  count(name: string, value: number, attributes?: Attributes): void;
  /** Sends what is left, and waits for that a few seconds at most. */
  close(): Promise<void>;
}

/** Opens telemetry if the standard variables of OpenTelemetry ask for it; else nothing is loaded and nothing done. */
export async function openTelemetry(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly log: SourceLog;
  readonly warn: (text: string) => void;
  readonly version: string;
}): Promise<Telemetry> {
  if (!Object.keys(options.env).some((name) => name.startsWith('OTEL_'))) return noTelemetry;
  const { readOtelSettings } = await import('./otel-settings.ts');
  const settings = readOtelSettings(options.env, options.version, options.warn);
  if (settings === undefined) return noTelemetry;
  const { OtlpTelemetry } = await import('./otlp-telemetry.ts');
  return new OtlpTelemetry(settings, options.log);
}

const noTelemetry: Telemetry = {
  enabled: false,
  begin: () => ({ end: () => {} }),
  span: (_name, _attributes, work) => work(),
  count: () => {},
  close: async () => {},
};

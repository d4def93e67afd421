import { type MetricName, metricFamilies, type Sample } from './families.ts';

/** Samples in Prometheus' text format 0.0.4, a family at a time with its HELP and TYPE. */
export function expose(samples: readonly Sample[]): string {
  return metricNames
    .map((name) => [name, samples.filter((sample) => sample.name === name)] as const)
    .filter(([, own]) => own.length > 0)
    .map(([name, own]) =>
      [`# HELP ${name} ${metricFamilies[name]}`, `# TYPE ${name} gauge`, ...own.map(line), ''].join('\n'),
    )
    .join('');
}

/** The samples in a text that {@link expose} wrote; what it does not know is left out. */
export function parseExposition(text: string): Sample[] {
  return text.split('\n').flatMap((row) => {
    const [, found, labels = '', value] = /^(\w+)\{(.*)\} (\S+)$/.exec(row) ?? [];
    const name = metricNames.find((known) => known === found);
    if (name === undefined || value === undefined || !Number.isFinite(Number(value))) return [];
    return [{ name, labels: parseLabels(labels), value: Number(value) }];
  });
}

/** What tells one series from another. */
export function seriesOf({ name, labels }: Sample): string {
  return `${name}{${labelText(labels)}}`;
}

const metricNames = Object.keys(metricFamilies).filter(isMetricName);

function isMetricName(name: string): name is MetricName {
  return name in metricFamilies;
}

function line(sample: Sample): string {
  return `${seriesOf(sample)} ${String(sample.value)}`;
}

function labelText(labels: Sample['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function parseLabels(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries(
    Array.from(pairs, ([, name = '', value = '']) => [
      name,
      value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
    ]),
  );
}

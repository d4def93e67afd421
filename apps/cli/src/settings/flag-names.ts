const flagSections = ['run', 'verify'];

/**
 * A configuration with the flags in it named as settings: `run` and `verify` hold flags, and who writes them as on the
 * command line (`no-media`, `retry-failed`) means the same as `media: false` and `retryFailed`.
 */
export function nameFlagsAsSettings(document: unknown): unknown {
  if (!isObject(document)) return document;
  const entries = Object.entries(document);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, flagSections.includes(name) ? settingsOf(value) : value]),
  );
}

function settingsOf(section: unknown): unknown {
  if (!isObject(section)) return section;
  return Object.fromEntries(Object.entries(section).map(settingOf));
}

/** The schema's name for a path in a file, which may name a flag: `run.mark` for `run.no-mark`. */
export function settingPath(path: string): string {
  const [section = '', ...rest] = path.split('.');
  if (!flagSections.includes(section) || rest.length === 0) return path;
  return `${section}.${settingOf([rest.join('.'), true])[0]}`;
}

function settingOf([name, value]: [string, unknown]): [string, unknown] {
  const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const [, negated] = /^no([A-Z]\w*)$/.exec(camel) ?? [];
  if (negated === undefined || typeof value !== 'boolean') return [camel, value];
  return [negated.charAt(0).toLowerCase() + negated.slice(1), !value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { CxvaultError } from './errors.ts';

/**
 * The folder that an address names in its bucket or container: empty, or ending with a slash. Throws `CONFIG_INVALID`,
 * with `hint`, for parts that are empty or dotted, and for a `%` that is no escape.
 */
export function addressPrefix(url: URL, hint: string): string {
  const path = decode(url.pathname, hint).replace(/^\//, '').replace(/\/$/, '');
  if (path === '') return '';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid('the prefix of the archive address has empty or dotted parts', { prefix: path }, hint);
  }
  return `${path}/`;
}

/**
 * The parameters of an address. Throws `CONFIG_INVALID`, with `hint`, for one that is unknown, empty or given twice; the
 * value of an unknown one, which may be a secret, is not shown.
 */
export function addressParameters<Name extends string>(
  url: URL,
  names: readonly Name[],
  hint: string,
): Partial<Record<Name, string>> {
  const parameters: Partial<Record<Name, string>> = {};
  const unknown: string[] = [];
  for (const [name, value] of url.searchParams) {
    const known = names.find((each) => each === name);
    if (known === undefined) unknown.push(name);
    else if (parameters[known] !== undefined)
      throw invalid('a parameter is given twice', { parameter: name }, hint);
    else if (value === '')
      throw invalid('a parameter of the archive address is empty', { parameter: name }, hint);
    else parameters[known] = value;
  }
  if (unknown.length === 0) return parameters;
  throw invalid('the archive address has unknown parameters', { parameters: unknown.join(' ') }, hint);
}

function decode(path: string, hint: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid('the archive address has a % that is no escape', { path }, hint);
  }
}

function invalid(message: string, context: Record<string, string>, hint: string): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, { context, hint });
}

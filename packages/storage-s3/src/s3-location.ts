import { CxvaultError } from '@cxvault/plugin-api';

import type { Encryption } from './s3-calls.ts';

/** What an address such as `s3://bucket/prefix?region=eu-central-1` names. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  readonly encryption: Encryption;
}

const parameterNames = ['region', 'endpoint', 'pathStyle', 'sse', 'kmsKeyId'] as const;

type Parameters = Partial<Record<(typeof parameterNames)[number], string>>;

/** Reads an address; the environment stands in for what it leaves out. Throws `CONFIG_INVALID`. */
export function parseLocation(url: URL, env: NodeJS.ProcessEnv): S3Location {
  if (url.username !== '' || url.password !== '')
    throw invalid('credentials do not belong in an archive address', {});
  if (url.hostname === '') throw invalid('the archive address names no bucket', { url: url.href });
  if (url.port !== '' || url.hash !== '') {
    throw invalid('an S3 archive address has neither port nor fragment', { bucket: url.hostname });
  }
  const parameters = readParameters(url);
  const endpoint = endpointOf(
    parameters.endpoint ?? firstSet(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'),
  );
  return {
    bucket: url.hostname,
    prefix: prefixOf(url),
    region:
      parameters.region ?? firstSet(env, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? (endpoint && 'us-east-1'),
    endpoint,
    pathStyle: pathStyleOf(parameters.pathStyle) ?? endpoint !== undefined,
    encryption: encryptionOf(parameters),
  };
}

/** Whether a host is Amazon's own. */
export function isAmazon(host: string | undefined): boolean {
  return host !== undefined && /\.amazonaws\.com(\.cn)?$/.test(host);
}

/** An empty variable is an unset one: that is how shells and CI systems unset them. */
function firstSet(env: NodeJS.ProcessEnv, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}

function readParameters(url: URL): Parameters {
  const parameters: Parameters = {};
  const unknown: string[] = [];
  for (const [name, value] of url.searchParams) {
    const known = parameterNames.find((each) => each === name);
    if (known === undefined) unknown.push(name);
    else if (parameters[known] !== undefined)
      throw invalid('a parameter is given twice', { parameter: name });
    else if (value === '') throw invalid('a parameter of the archive address is empty', { parameter: name });
    else parameters[known] = value;
  }
  if (unknown.length === 0) return parameters;
  throw invalid('the archive address has unknown parameters', { parameters: unknown.join(' ') });
}

function prefixOf(url: URL): string {
  const path = decode(url.pathname).replace(/^\//, '').replace(/\/$/, '');
  if (path === '') return '';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid('the prefix of the archive address has empty or dotted parts', { prefix: path });
  }
  return `${path}/`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid('the archive address has a % that is no escape', { path });
  }
}

function endpointOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw invalid('the S3 endpoint is no http or https address', { endpoint: url?.host ?? '' });
  }
  return text;
}

function pathStyleOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid('pathStyle is true or false', { pathStyle: text });
}

/**
 * AES256 is asked for by default, as an archive's second lock. Servers that know no encryption mostly ignore
 * that, and may: the objects are encrypted before they leave. What the user names, the server must do.
 */
function encryptionOf({ sse, kmsKeyId }: Parameters): Encryption {
  if (sse === 'aws:kms') return { kind: sse, keyId: kmsKeyId, required: true };
  if (kmsKeyId !== undefined) throw invalid('kmsKeyId needs sse=aws:kms', { sse: sse ?? '' });
  if (sse === undefined || sse === 'AES256') return { kind: 'AES256', required: sse !== undefined };
  if (sse === 'none') return undefined;
  throw invalid('sse is AES256, aws:kms or none', { sse });
}

function invalid(message: string, context: Record<string, string>): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, {
    context,
    hint: `write s3://bucket/prefix, with any of ${parameterNames.map((name) => `${name}=`).join(' ')} after a ?`,
  });
}

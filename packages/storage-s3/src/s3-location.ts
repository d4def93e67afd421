import { addressParameters, addressPrefix, CxvaultError } from '@cxvault/plugin-api';

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

const hint = `write s3://bucket/prefix, with any of ${parameterNames.map((name) => `${name}=`).join(' ')} after a ?`;

type Parameters = Partial<Record<(typeof parameterNames)[number], string>>;

/** Reads an address; the environment stands in for what it leaves out. Throws `CONFIG_INVALID`. */
export function parseLocation(url: URL, env: NodeJS.ProcessEnv): S3Location {
  if (url.username !== '' || url.password !== '')
    throw invalid('credentials do not belong in an archive address', {});
  if (url.hostname === '') throw invalid('the archive address names no bucket', { url: url.href });
  if (url.port !== '' || url.hash !== '') {
    throw invalid('an S3 archive address has neither port nor fragment', { bucket: url.hostname });
  }
  const parameters = addressParameters(url, parameterNames, hint);
  const endpoint = endpointOf(
    parameters.endpoint ?? firstSet(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'),
  );
  return {
    bucket: url.hostname,
    prefix: addressPrefix(url, hint),
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
  return new CxvaultError('CONFIG_INVALID', message, { context, hint });
}

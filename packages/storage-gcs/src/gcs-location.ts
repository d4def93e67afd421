import { addressParameters, addressPrefix, CxvaultError } from '@cxvault/plugin-api';

/** What an address such as `gs://bucket/prefix?kmsKey=…` names. */
export interface GcsLocation {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** Cloud KMS key that all objects are encrypted with; undefined: as the bucket says. */
  readonly kmsKey: string | undefined;
  /** The address of an emulator, which knows no logins; undefined: Google. */
  readonly emulator: string | undefined;
}

const hint =
  'write gs://bucket/prefix, with kmsKey= after a ? if need be; the login is that of gcloud auth ' +
  'application-default login, of GOOGLE_APPLICATION_CREDENTIALS or of the machine';

/**
 * Reads an address; `settings` (the configuration's `storage`) may name a key for all of them, as `gcs.kmsKey`. Throws
 * `CONFIG_INVALID`.
 */
export function parseLocation(url: URL, env: NodeJS.ProcessEnv, settings?: unknown): GcsLocation {
  if (url.username !== '' || url.password !== '')
    throw invalid('credentials do not belong in an archive address', {});
  const bucket = url.hostname;
  if (bucket === '') throw invalid('the archive address names no bucket', {});
  if (url.port !== '' || url.hash !== '') {
    throw invalid('a Google Cloud Storage archive address has neither port nor fragment', { bucket });
  }
  // Cloud Storage: "About Cloud Storage buckets", bucket naming requirements.
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw invalid('a bucket has 3 or more lower-case letters, digits, dots, hyphens and underscores', {
      bucket,
    });
  }
  const { kmsKey: named } = addressParameters(url, ['kmsKey'], hint);
  const kmsKey = named === undefined ? kmsKeyOf(settings) : checkKmsKey(named);
  return { bucket, prefix: addressPrefix(url, hint), kmsKey, emulator: emulatorIn(env) };
}

function checkKmsKey(kmsKey: string): string {
  if (/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(kmsKey)) return kmsKey;
  throw new CxvaultError('CONFIG_INVALID', 'kmsKey is not the name of a Cloud KMS key', {
    context: { kmsKey },
    hint:
      'copy it from the Google Cloud console: Security > Key Management > (the key ring) > (the key) > Copy resource ' +
      'name; it reads projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY',
  });
}

/** An empty variable is an unset one. Google's own tools take a host without a scheme, too: it speaks http then. */
function emulatorIn(env: NodeJS.ProcessEnv): string | undefined {
  const text = env['STORAGE_EMULATOR_HOST'];
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(/^\w+:\/\//.test(text) ? text : `http://${text}`);
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url !== null && plain && ['http:', 'https:'].includes(url.protocol)) return url.origin;
  throw new CxvaultError('CONFIG_INVALID', 'STORAGE_EMULATOR_HOST is no plain http or https address', {
    context: { host: url?.host ?? '' },
    hint: 'unset it to use Google itself, or write it like http://localhost:4443',
  });
}

function kmsKeyOf(settings: unknown): string | undefined {
  const gcs = memberOf(settings, 'gcs');
  if (gcs === undefined) return undefined;
  const kmsKey = memberOf(gcs, 'kmsKey');
  const names = typeof gcs === 'object' && gcs !== null ? Object.keys(gcs) : ['…'];
  const strange = names.filter((name) => name !== 'kmsKey');
  if (strange.length === 0 && typeof kmsKey === 'string') return checkKmsKey(kmsKey);
  throw new CxvaultError('CONFIG_INVALID', 'the setting storage.gcs is not right', {
    context: { settings: strange.join(' ') || 'kmsKey' },
    hint: 'it has one member: "storage": {"gcs": {"kmsKey": "projects/…/cryptoKeys/…"}}',
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function invalid(message: string, context: Record<string, string>): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, { context, hint });
}

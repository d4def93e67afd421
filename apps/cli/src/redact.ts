import { property } from './property.ts';

const redacted = '**redacted**';

/** Parameters of addresses that are known to be no secret: those of archive addresses, and of CXone's lists. */
const plainParameters =
  /^(region|endpoint|pathStyle|sse|kmsKeyId|account|page|pageSize|limit|top|skip|fields|orderBy)$/i;
const parameter = /([?&;])([^=&\s"'<>]+)=([^&\s"'<>]*)/g;
// The user part of an address, with passwords that hold an @ or a / as they came.
const userInfo = /\/\/(?:[^\s/@"'<>]*:[^\s"'<>]*|[^\s/"'<>]*)@/g;
const scheme = /\b(Bearer|Basic|AWS4-HMAC-SHA256)\s+[^\s"',][^"'\r\n]*/gi;
const webToken = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const assignment =
  /((?:secret|password|passwd|token|signature|credential|api[_-]?key|access[_-]?key)["']?\s*=\s*["']?|"[^"\s]*(?:secret|password|token)[^"\s]*"\s*:\s*")[^\s"',;&]+/gi;

const secretName =
  /^(?!.*file$).*(?:secret|password|passwd|encryption_?key|access_?key$|token$|authorization|signature|connection_?string)/i;

/** True for names of settings, fields and variables that hold a secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

/** A text without what would let its reader in: signed addresses, passwords in addresses, tokens. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(userInfo, '//')
    .replaceAll(parameter, (whole, sign: string, name: string) =>
      plainParameters.test(name) ? whole : `${sign}${name}=${redacted}`,
    )
    .replaceAll(scheme, `$1 ${redacted}`)
    .replaceAll(webToken, redacted)
    .replaceAll(assignment, `$1${redacted}`);
}

/** A copy of a value with every text in it hidden from, and what is named as a secret left out. */
export function redactValue(value: unknown, hide: (text: string) => string = withoutSecrets): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((one) => redactValue(one, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value).map((name) => [
      name,
      namesSecret(name) ? redacted : redactValue(property(value, name), hide),
    ]),
  );
}

const shortestSecret = 8; // characters: what is shorter would hide half of every text

/** As {@link withoutSecrets}, and without the secrets that the environment holds, wherever they stand. */
export function hideSecretsOf(env: NodeJS.ProcessEnv): (text: string) => string {
  const secrets = Object.entries(env)
    .filter(([name]) => namesSecret(name))
    .flatMap(([, value]) => (value !== undefined && value.length >= shortestSecret ? [value] : []));
  return (text) =>
    withoutSecrets(secrets.reduce((shown, secret) => shown.replaceAll(secret, redacted), text));
}

/** As {@link hideSecretsOf}, with the environment of this process as it is now: for all that is shown. */
export function hideSecrets(text: string): string {
  return hideSecretsOf(process.env)(text);
}

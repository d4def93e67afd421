import type { JsonObject, JsonValue } from '@cxvault/plugin-api';

const urlField = /(ur[li]s?|href|links?|locations?|src)$/i;
const secretParameter =
  /^(x-(amz|goog|ms)-.*|.*(signature|token|secret|password|credential|hmac|jwt)|sig|policy|hash|auth|api[_-]?key|key-pair-id|expires|awsaccesskeyid|googleaccessid)$/i;
const opaqueValue = /^(?=.*\d)(?=.*[A-Za-z])[\w+/=.~%-]{20,}$/;
const absoluteUrl = /^https?:\/\/\S+$/i;
const relativeUrl = /^\/\S*[?#]\S*$/;
const urlsInText = /https?:\/\/[^\s"'<>\\^`{|}]+/gi;

/** The URL without user info, query and fragment; works for relative ones too. */
export function bareUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}

/** True for strings that are nothing but an absolute http(s) URL. */
export function isAbsoluteUrl(text: string): boolean {
  return absoluteUrl.test(text);
}

/** True for fields that hold a URL by their name, for example `playbackUrl`, `file_url`, `href`. */
export function isUrlField(name: string): boolean {
  return urlField.test(name);
}

/**
 * A copy of what the API returned, without what would make a URL in it usable: fields named as URLs lose the
 * query whatever it says; elsewhere (a message may be a link that a customer sent) only a query that looks
 * signed, or user info, is cut off.
 */
export function withoutSignedUrls(payload: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(payload).map(([name, member]) => [name, scrub(member, name)]));
}

function scrub(value: JsonValue, field: string): JsonValue {
  if (typeof value === 'string') return scrubText(value, field);
  if (Array.isArray(value)) return value.map((element) => scrub(element, field));
  return typeof value === 'object' && value !== null ? withoutSignedUrls(value) : value;
}

function scrubText(text: string, field: string): string {
  if (isUrlField(field) && !/\s/.test(text.trim())) return bareUrl(text);
  if (relativeUrl.test(text)) return looksSigned(text) ? bareUrl(text) : text;
  return text.includes('://')
    ? text.replace(urlsInText, (url) => (looksSigned(url) ? bareUrl(url) : url))
    : text;
}

function looksSigned(text: string): boolean {
  const url = URL.parse(text, 'https://relative.invalid');
  if (url === null) return false;
  if (url.username !== '' || url.password !== '') return true;
  const pairs = [
    ...url.searchParams,
    ...new URLSearchParams(url.hash.includes('=') ? url.hash.slice(1) : ''),
  ];
  return pairs.some(([name, value]) => secretParameter.test(name) || opaqueValue.test(value));
}

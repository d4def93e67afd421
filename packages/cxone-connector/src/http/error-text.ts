import type { JsonValue } from '@cxvault/plugin-api';
import { camelObject } from '../field-names.ts';
import { isJsonObject, parseJson } from '../json.ts';
import type { AnswerHeaders } from './exchange.ts';

/** More of a message than this is not shown: characters. */
const maxShown = 200;

/** More than this is not looked at: characters. */
const maxRead = 2000;

/**
 * What an answer with an error status says in words, for logs and `doctor`: each family of CXone's APIs has its own
 * field for it, and some say it in a header only (cxone-api.md, "Errors"). Undefined when it says nothing readable.
 * Never more than {@link maxShown} printable characters, without anything that looks like a secret.
 */
export function errorText(headers: AnswerHeaders, body: string): string | undefined {
  const text = textIn(body) ?? filled(headers.get('icstatusdescription'));
  return text === undefined ? undefined : shown(text);
}

function textIn(body: string): string | undefined {
  let json: JsonValue;
  try {
    json = parseJson(body);
  } catch {
    return undefined; // an HTML page says nothing
  }
  if (!isJsonObject(json)) return undefined;
  const { errorDescription, message, error, errors } = camelObject(json);
  const [first] = Array.isArray(errors) ? errors : [];
  const named = isJsonObject(error) ? error['message'] : error;
  const texts = [errorDescription, message, named, isJsonObject(first) ? first['message'] : first];
  return texts.map(filled).find((text) => text !== undefined);
}

function filled(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function shown(text: string): string {
  const clean = withoutSecrets(text.slice(0, maxRead))
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return clean.length <= maxShown ? clean : `${clean.slice(0, maxShown - 1).toWellFormed()}…`;
}

const userInfo = /\/\/[^\s/@"'<>]*@/g;
const query = /[?#][^\s"'<>]*=[^\s"'<>]*/g;
const scheme = /\b(bearer|basic)\s+[^\s"',]+/gi;
const assignment =
  /(\w*(?:secret|password|token|signature|credential|key)\w*["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi;
const longWord = /[\w+=.~-]{16,}/g;

/** Leaves out the queries of addresses, what is named like a secret, and words that look like a token. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(userInfo, '//')
    .replaceAll(query, '?…')
    .replaceAll(scheme, '$1 …')
    .replaceAll(assignment, '$1…')
    .replaceAll(longWord, (word) => (looksLikeToken(word) ? '…' : word));
}

/** Ids of CXone are all digits, and words have none. */
function looksLikeToken(word: string): boolean {
  return word.length >= 32 || (/\d/.test(word) && /[a-z]/i.test(word));
}

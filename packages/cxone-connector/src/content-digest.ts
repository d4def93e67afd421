import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import canonicalize from 'canonicalize';
import { camelCase, camelObject } from './field-names.ts';
import { isJsonObject } from './json.ts';
import { bareUrl, isAbsoluteUrl, isUrlField } from './signed-urls.ts';

/** What must not count as a change. */
export interface DigestOptions {
  /** Id and name of the field that marks are written to: our own marks are no change. */
  readonly marker: readonly string[];
  /** Names of further fields, in either spelling (setting `cxone.volatileFields`). */
  readonly volatileFields: readonly string[];
}

/** A medium that is not there, and why. */
export interface AbsentMedium {
  readonly mediaId: string;
  readonly code: string;
}

/** Fields that move without a change of content (architecture.md, "Content digest v1"). */
const volatileNames = ['updatedTime', 'lastUpdateTime', 'lastPollTime', 'totalRecords', '_links'];
const warehousedDate = /^date.*warehoused$/i;
/** Addresses of media: signed ones change with every answer, in the path too. */
const mediaAddresses = new Set(['playbackUrl', 'fileToPlayUrl', 'redirectUrl']);
/** How an element of a list of custom fields names its field. */
const fieldNaming = ['id', 'fieldId', 'ident', 'name', 'key', 'fieldName', 'customFieldId'];
/** Lists whose elements have ids of their own, never a custom field's. */
const otherLists = new Set(['participants', 'media']);

/**
 * The change digest of an interaction, `v1:<hex>`: SHA-256 of the RFC 8785 JSON of
 * `{"absent":[[media id, code], …],"payload":…}`, where the payload has camelCase keys and neither volatile
 * fields nor the marker, arrays of objects with ids are sorted by id, absent media by id, URLs have no query, and
 * whatever is empty (null, "", [], {}) after that is left out.
 */
export function contentDigest(
  payload: JsonObject,
  absent: readonly AbsentMedium[],
  options: DigestOptions,
): string {
  const pairs = absent.map(({ mediaId, code }): [string, string] => [wellFormed(mediaId), code]);
  const document = {
    ...(pairs.length > 0 && { absent: pairs.sort((a, b) => compare(a.join('\n'), b.join('\n'))) }),
    payload: comparablePayload(payload, options) ?? null,
  };
  const text = canonicalize(document) ?? 'null';
  return `v1:${createHash('sha256').update(text).digest('hex')}`;
}

/** What of a payload counts as content; undefined for nothing. */
export function comparablePayload(payload: JsonObject, options: DigestOptions): JsonObject | undefined {
  const rules = {
    marker: new Set(options.marker.filter((name) => name !== '')),
    volatile: new Set([...volatileNames, ...options.volatileFields].map(camelCase)),
  };
  return reduceObject(camelObject(payload), rules);
}

interface Rules {
  readonly marker: ReadonlySet<string>;
  readonly volatile: ReadonlySet<string>;
}

function reduce(value: JsonValue, field: string, rules: Rules): JsonValue | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value === 'string') return wellFormed(isAddress(value, field) ? bareUrl(value) : value);
  if (Array.isArray(value)) return reduceArray(value, field, rules);
  return typeof value === 'object' ? reduceObject(value, rules) : value;
}

function reduceObject(value: JsonObject, rules: Rules): JsonObject | undefined {
  const kept = Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
    if (isLeftOut(name, rules) || isMarker(member, rules)) return [];
    const reduced = reduce(member, name, rules);
    return reduced === undefined ? [] : [[wellFormed(name), reduced]];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function reduceArray(value: readonly JsonValue[], field: string, rules: Rules): JsonValue[] | undefined {
  const relevant = otherLists.has(field) ? value : value.filter((element) => !isMarker(element, rules));
  const kept = relevant.flatMap((element) => reduce(element, field, rules) ?? []);
  return kept.length === 0 ? undefined : sortedById(kept);
}

function sortedById(values: JsonValue[]): JsonValue[] {
  const keyed = values.map((value) => ({ value, id: idOf(value) }));
  if (keyed.some(({ id }) => id === undefined)) return values;
  const order = keyed.map(({ value, id }) => ({ value, key: `${id ?? ''}\n${canonicalize(value) ?? ''}` }));
  return order.sort((a, b) => compare(a.key, b.key)).map(({ value }) => value);
}

function idOf(value: JsonValue): string | undefined {
  const id = isJsonObject(value) ? value['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** Also of the spelling that an object with both keeps beside the camelCase one. */
function isLeftOut(name: string, { marker, volatile }: Rules): boolean {
  const camel = camelCase(name);
  if (volatile.has(camel) || mediaAddresses.has(camel) || warehousedDate.test(camel)) return true;
  return marker.has(name) || [...marker].some((field) => camelCase(field) === camel);
}

/** An object that is a custom field's value: `{"fieldId":"…","value":"archived"}` and its relatives. */
function isMarker(value: JsonValue, { marker }: Rules): boolean {
  if (!isJsonObject(value)) return false;
  const naming = [value, value['field'], value['customField']].filter((part) => isJsonObject(part));
  return naming.some((part) =>
    fieldNaming.some((name) => {
      const named = part[name];
      return (typeof named === 'string' || typeof named === 'number') && marker.has(String(named));
    }),
  );
}

function isAddress(text: string, field: string): boolean {
  return isAbsoluteUrl(text) || isUrlField(field);
}

/** RFC 8785 knows no lone surrogates; JSON from outside may hold some. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** By UTF-16 code units, as RFC 8785 sorts names. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

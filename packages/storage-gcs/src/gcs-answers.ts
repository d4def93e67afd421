import type { Retention } from '@cxvault/plugin-api';

import type { BucketTraits, Page, StoredObject } from './gcs-calls.ts';
import { GcsError } from './gcs-errors.ts';

/** Reads a bucket of the JSON API. */
export function readBucket(text: string): BucketTraits {
  const bucket = readObject(text);
  return {
    retention: memberOf(bucket['objectRetention'], 'mode') === 'Enabled',
    retentionPolicy: memberOf(bucket['retentionPolicy'], 'retentionPeriod') !== undefined,
    versioning: memberOf(bucket['versioning'], 'enabled') === true,
  };
}

/** Reads an object of the JSON API, which writes numbers as text. Throws when it lacks what every object has. */
export function readStoredObject(text: string): StoredObject {
  return storedObject(readObject(text));
}

/** Reads a page of a list. */
export function readPage(text: string): Page {
  const { items = [], nextPageToken } = readObject(text);
  if (!Array.isArray(items)) throw strange('a list without items');
  const token = textOf(nextPageToken);
  return {
    objects: items.map((item: unknown) => storedObject(item)),
    token: token === '' ? undefined : token,
  };
}

function storedObject(value: unknown): StoredObject {
  const name = textOf(memberOf(value, 'name'));
  const size = textOf(memberOf(value, 'size'));
  const modifiedAt = dateOf(memberOf(value, 'timeCreated'));
  if (name === undefined || size === undefined || !/^\d+$/.test(size) || modifiedAt === undefined)
    throw strange('an object without name, size or time');
  return {
    name,
    size: Number(size),
    modifiedAt,
    generation: textOf(memberOf(value, 'generation')),
    crc32c: textOf(memberOf(value, 'crc32c')),
    kmsKey: textOf(memberOf(value, 'kmsKeyName')),
    retention: retentionOf(memberOf(value, 'retention')),
  };
}

function retentionOf(value: unknown): Retention | undefined {
  const until = dateOf(memberOf(value, 'retainUntilTime'));
  if (until === undefined) return undefined;
  return { until, mode: memberOf(value, 'mode') === 'Locked' ? 'compliance' : 'governance' };
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw strange('something that is no JSON');
  }
  if (typeof value !== 'object' || value === null) throw strange('something else than was asked for');
  return { ...value };
}

function strange(what: string): GcsError {
  return new GcsError('invalidAnswer', `the server answered with ${what}`);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dateOf(value: unknown): Date | undefined {
  const at = Date.parse(textOf(value) ?? '');
  return Number.isNaN(at) ? undefined : new Date(at);
}

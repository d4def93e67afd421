import { createHash } from 'node:crypto';

import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import { storeSource } from '../byte-source.ts';
import type { Clock } from '../clock.ts';
import type { DamageProblem } from '../damage.ts';
import { createObject } from '../store-create.ts';
import { readSmallObject } from '../store-read.ts';

/** Bytes: up to this an object is checked before its first byte is sent, and what was sent can be sent again. */
const wholeInMemory = 1024 * 1024;
const attempts = 3;
const firstPause = 500; // milliseconds, doubled with each further try

/** An object with what it must be. */
export interface NamedObject {
  readonly key: string;
  /** Stored bytes. */
  readonly bytes: number;
  /** SHA-256 of the stored object, lower-case hex. */
  readonly sha256: string;
}

export interface CopyOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** True: what lies there under this name is known to be something else, and gives way. */
  readonly replace?: boolean;
}

/** The object to copy is not what it must be. Nothing was stored. */
export class SourceDamage extends Error {
  override readonly name = 'SourceDamage';
  readonly problem: DamageProblem;

  constructor(problem: DamageProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}

/**
 * Copies an object whose size and SHA-256 are known, and checks both on the way: what is wrong at the source never
 * appears at the target. A transfer that breaks off begins again, three times in all. Throws {@link SourceDamage},
 * `STORE_CONFLICT` when other bytes lie there under the name, and the stores' errors.
 */
export async function copyChecked(
  from: ObjectStore,
  to: ObjectStore,
  object: NamedObject,
  options: CopyOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      await (object.bytes <= wholeInMemory ? copyWhole : copyStream)(from, to, object, options);
      return;
    } catch (error) {
      if (attempt === attempts || options.signal?.aborted || !mayPass(from, to, error)) throw error;
      await options.clock.sleep(firstPause * 2 ** (attempt - 1), options.signal);
    }
  }
}

function mayPass(from: ObjectStore, to: ObjectStore, error: unknown): boolean {
  if (error instanceof SourceDamage) return false;
  if (isCxvaultError(error)) return error.code === 'STORE_UNREACHABLE';
  return [from, to].some((store) => ['transient', 'throttled'].includes(store.classify(error)));
}

async function copyWhole(
  from: ObjectStore,
  to: ObjectStore,
  object: NamedObject,
  options: CopyOptions,
): Promise<void> {
  const call = callOptions(options);
  const bytes = await readNamed(from, object, call);
  if (options.replace) await to.put(object.key, bytes, { ...call, size: bytes.length });
  else await createObject(to, object.key, bytes, call);
}

async function readNamed(
  from: ObjectStore,
  { key, bytes: size, sha256 }: NamedObject,
  call: { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readSmallObject(from, key, size, call);
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') throw error;
    throw new SourceDamage('size', `the object is larger than the ${size} bytes that it must have`);
  }
  if (!bytes) throw missing();
  refuseOther(bytes.length, size, createHash('sha256').update(bytes).digest('hex'), sha256);
  return bytes;
}

async function copyStream(
  from: ObjectStore,
  to: ObjectStore,
  object: NamedObject,
  options: CopyOptions,
): Promise<void> {
  const call = callOptions(options);
  const { createIfAbsent } = to.capabilities;
  try {
    await to.put(object.key, checkedBody(from, object, options.signal), {
      ...call,
      size: object.bytes,
      ...(createIfAbsent && !options.replace && { ifAbsent: true }),
    });
  } catch (error) {
    if (to.classify(error) !== 'exists') throw error;
    // stored by an attempt whose answer was lost, or by another copy: an object id is sealed once
    if ((await to.stat(object.key, call))?.size !== object.bytes) throw error;
  }
}

async function* checkedBody(
  from: ObjectStore,
  { key, bytes: size, sha256 }: NamedObject,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const chunk of await storeSource(from, key, size, signal).read(0, size)) {
      hash.update(chunk);
      read += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw from.classify(error) === 'not-found' ? missing() : error;
  }
  // thrown before the body ends: the target keeps nothing
  refuseOther(read, size, hash.digest('hex'), sha256);
}

function refuseOther(bytes: number, named: number, sha256: string, namedSha256: string): void {
  if (bytes !== named)
    throw new SourceDamage('size', `${bytes} bytes are stored, the journal names ${named}`);
  if (sha256 !== namedSha256)
    throw new SourceDamage('checksum', 'its SHA-256 is not the one that the journal names');
}

function missing(): SourceDamage {
  return new SourceDamage('missing', 'the store has no such object');
}

function callOptions({ signal }: CopyOptions): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}

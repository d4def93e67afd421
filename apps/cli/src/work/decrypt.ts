import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type DecryptedObject,
  decryptObject,
  objectFormat,
  readObjectHeader,
  storeSource,
} from '@cxvault/core';
import type { ByteSource } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { property } from '../property.ts';
import { envelopePassword, openSession } from '../session/open-archive.ts';
import { archiveIfNamed, openStore } from '../session/open-store.ts';
import { openByteFile } from './byte-file.ts';
import { decryptFailure } from './decrypt-failure.ts';
import { objectAddress } from './object-address.ts';
import { writeOutput } from './output-file.ts';

/** `decrypt --json`. */
export interface DecryptResult {
  readonly format: DecryptedObject['format'];
  readonly kind: DecryptedObject['kind'];
  /** The name under which the archive stored it. */
  readonly object_key: string | null;
  readonly content_type: string | null;
  /** Of the content. */
  readonly bytes: number;
  readonly sha256: string;
  readonly out: string | null;
}

/** The flags of `decrypt`. */
export interface DecryptFlags extends ArchiveFlagValues {
  readonly out?: string;
}

/** Opens one object and writes its content to a file or stdout. Undefined when the reader of stdout went away. */
export async function decrypt(
  context: CommandContext,
  object: string,
  flags: DecryptFlags,
): Promise<DecryptResult | undefined> {
  try {
    return await decryptAddressed(context, object, flags);
  } catch (error) {
    throw decryptFailure(error, object);
  }
}

async function decryptAddressed(
  context: CommandContext,
  object: string,
  flags: DecryptFlags,
): Promise<DecryptResult | undefined> {
  const { folder } = context.settings;
  // The name of an object in the archive, unless it is a file that lies here and no archive is asked for.
  const local = flags.archive === undefined && existsSync(resolve(folder, object));
  const named = local ? undefined : archiveIfNamed(context, flags.archive);
  const address = objectAddress(object, folder, named);
  using interruption = watchInterruption(context.warn);
  const { signal } = interruption;
  const given = { ...flags, archive: flags.archive ?? address.archive };
  if ('file' in address) {
    await using file = await openByteFile(address.file);
    return await openAndWrite(context, file.source, given, signal);
  }
  const { store } = await openStore(context, address.store);
  try {
    return await openAndWrite(context, await storedSource(store, address.key, signal), given, signal);
  } finally {
    await store.close();
  }
}

async function storedSource(
  store: Parameters<typeof storeSource>[0],
  key: string,
  signal: AbortSignal,
): Promise<ByteSource> {
  const found = await store.stat(key, { signal });
  if (found !== undefined) return storeSource(store, key, found.size, signal);
  throw new CxvaultError('STORE_NOT_FOUND', 'there is no such object', {
    context: { object_key: key },
    hint: 'check the address',
  });
}

async function openAndWrite(
  context: CommandContext,
  source: ByteSource,
  flags: DecryptFlags,
  signal: AbortSignal,
): Promise<DecryptResult | undefined> {
  if ((await objectFormat(source)) === 'envelope') {
    const password = await envelopePassword(context, flags);
    return await write(await decryptObject(source, { password }), flags.out, signal);
  }
  await using session = await openSession(context, flags);
  const { archiveId } = await readObjectHeader(source);
  if (archiveId !== session.archive.id) throw otherArchive(archiveId, session.archive.id);
  return await write(await decryptObject(source, { keys: session.archive.lookup }), flags.out, signal);
}

async function write(
  object: DecryptedObject,
  out: string | undefined,
  signal: AbortSignal,
): Promise<DecryptResult | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of object.content) {
      signal.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  if (out !== undefined) await writeOutput(out, counted());
  else if (!(await writeToStdout(object.kind, counted()))) return undefined;
  return {
    format: object.format,
    kind: object.kind,
    object_key: object.objectKey ?? null,
    content_type: object.contentType ?? null,
    bytes,
    sha256: hash.digest('hex'),
    out: out ?? null,
  };
}

/** False when the reader went away, which is no failure: `| head -1` does. */
async function writeToStdout(
  kind: DecryptedObject['kind'],
  content: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  if (kind === 'media' && process.stdout.isTTY) {
    throw new CxvaultError('USAGE', 'a medium is not for a terminal', {
      hint: 'give --out FILE, or redirect it',
    });
  }
  try {
    await pipeline(content, process.stdout, { end: false });
    return true;
  } catch (error) {
    if (property(error, 'code') === 'EPIPE' || property(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE')
      return false;
    throw error;
  }
}

function otherArchive(needed: string, given: string): CxvaultError {
  return new CxvaultError('KEY_WRONG', 'the object belongs to another archive', {
    context: { object_of: needed, archive: given },
    hint: 'name the archive that it comes from with --archive; a copy of its keys/ and cxvault.json is enough',
  });
}

import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';

/** A local file that is read in ranges; dispose of it when done. */
export interface ByteFile extends AsyncDisposable {
  readonly source: ByteSource;
}

/** Opens a local file. Throws `USAGE` when it is not there or cannot be read. */
export async function openByteFile(path: string): Promise<ByteFile> {
  const handle = await openFile(path);
  const { size } = await handle.stat();
  return {
    source: { size, read: (offset, length) => Promise.resolve(readRange(handle, offset, length)) },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (cause) {
    const missing = property(cause, 'code') === 'ENOENT';
    throw new CxvaultError('USAGE', missing ? 'there is no such file' : 'the file cannot be read', {
      context: { file: path },
      hint: missing
        ? 'give a file, an address such as s3://…/x.cxv, or an object of --archive'
        : 'check its permissions',
      cause,
    });
  }
  throw new CxvaultError('USAGE', 'this is not a file', { context: { file: path }, hint: 'give one object' });
}

const chunkSize = 65_536; // bytes

async function* readRange(handle: FileHandle, offset: number, length: number): AsyncGenerator<Uint8Array> {
  let position = offset;
  const end = offset + length;
  while (position < end) {
    const buffer = new Uint8Array(Math.min(chunkSize, end - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

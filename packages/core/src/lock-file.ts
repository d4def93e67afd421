import { newId } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';
import * as z from 'zod';

import { runLockKey, runLockPrefix } from './layout.ts';
import { readSmallObject } from './store-read.ts';

/** Bytes: a lock has about 400. */
const largestLock = 16 * 1024;

const lockSchema = z.object({
  run_id: z.string(),
  host: z.string(),
  boot_id: z.string(),
  pid: z.int().positive(),
  process_start: z.string().nullable().default(null),
  token: z.string(),
  since: z.string(),
});

/** The content of `locks/run/<n>.json`. */
export type LockFile = z.infer<typeof lockSchema>;

/** The lock of the highest number, whoever holds it. */
export interface HighestLock {
  readonly n: number;
  /** By the store's clock. */
  readonly renewedAt: Date;
  /** Undefined when it cannot be understood: then only its age counts. */
  readonly file: LockFile | undefined;
}

export function encodeLock(file: LockFile): Uint8Array {
  return Buffer.from(`${JSON.stringify(file)}\n`);
}

/** The lock that counts, and the numbers of all; undefined when there is none. */
export async function highestLock(
  store: ObjectStore,
): Promise<{ highest: HighestLock | undefined; numbers: number[] }> {
  const numbers: number[] = [];
  let last: { n: number; renewedAt: Date } | undefined;
  for await (const { key, modifiedAt } of store.list(runLockPrefix)) {
    const n = lockNumber(key);
    if (n === undefined) continue;
    numbers.push(n);
    if (!last || n > last.n) last = { n, renewedAt: modifiedAt };
  }
  if (!last) return { highest: undefined, numbers };
  const file = await readLock(store, last.n);
  // released since it was listed: look again
  if (file === 'gone') return highestLock(store);
  return { highest: { ...last, file }, numbers };
}

/** The store's own time in milliseconds since 1970: that of a small object written now. */
export async function storeNow(store: ObjectStore): Promise<number> {
  const key = `locks/probe/${newId()}`;
  try {
    const written = await store.put(key, Buffer.from('what time is it\n'));
    const seen = await store.stat(key);
    return (seen ?? written).modifiedAt.getTime();
  } finally {
    await store.remove(key);
  }
}

async function readLock(store: ObjectStore, n: number): Promise<LockFile | 'gone' | undefined> {
  try {
    const bytes = await readSmallObject(store, runLockKey(n), largestLock);
    if (!bytes) return 'gone';
    const parsed = lockSchema.safeParse(JSON.parse(Buffer.from(bytes).toString()));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (isCxvaultError(error) && error.code === 'FORMAT_INVALID'))
      return undefined;
    throw error;
  }
}

function lockNumber(key: string): number | undefined {
  const match = /^locks\/run\/(\d{1,15})\.json$/.exec(key);
  return match ? Number(match[1]) : undefined;
}

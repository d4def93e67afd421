import { bytesSource, checkPublic, CodecError, isCodecError, openObject } from '@cxvault/crypto-codec';
import type { ByteSource, Expected, KeyLookup } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';

import type { Archive } from './archive.ts';
import { readWhole } from './byte-source.ts';
import type { DamageProblem } from './damage.ts';
import { journalEntrySchema } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';

/** Stored bytes: what a writer can have made, and some room. */
const largestStored = 64 * 1024 * 1024;
/** What `needs` may name; nothing so far. */
const understood: readonly string[] = [];

/** An object of the journal, read and checked, or what is wrong with it. */
export type ReadOutcome<T> =
  | { readonly document: T; readonly sha256: string; readonly bytes: number }
  | { readonly problem: DamageProblem; readonly detail: string };

/**
 * Reads and checks one entry: every byte, the journal key, its name, its schema. Throws `ARCHIVE_NEEDS_NEWER` when
 * the entry asks for more than this version understands, and the store's errors.
 */
export async function readEntryObject(
  archive: Archive,
  key: string,
  size: number,
  name: { readonly runId: string; readonly n: number },
  signal?: AbortSignal,
): Promise<ReadOutcome<JournalEntry>> {
  const read = await readJournalObject(archive, 'journal', key, size, signal);
  if ('problem' in read) return read;
  refuseNewer(read.document, key);
  const parsed = journalEntrySchema.safeParse(read.document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      problem: 'content',
      detail: `the entry is not valid at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    };
  }
  const { run_id: runId, n } = parsed.data;
  if (runId !== name.runId || n !== name.n) {
    return { problem: 'swapped', detail: `the object holds entry ${n} of run ${runId}` };
  }
  return { ...read, document: parsed.data };
}

/** Reads and checks an entry or a report: every byte, and that the journal key sealed it under this name. */
export async function readJournalObject(
  archive: Archive,
  kind: 'journal' | 'report',
  key: string,
  size: number,
  signal?: AbortSignal,
): Promise<ReadOutcome<unknown>> {
  if (size > largestStored) return { problem: 'size', detail: `${size} bytes are more than any entry has` };
  const bytes = await readListed(archive, key, size, signal);
  if (!bytes) return { problem: 'missing', detail: 'the object vanished while the journal was read' };
  const source = bytesSource(bytes);
  const expected = { archiveId: archive.id, objectKey: key, kind };
  try {
    const object = await openObject(source, journalKeyOnly(archive), expected);
    const document = await object.readDocument();
    const { sha256 } = await checkPublic(source, expected);
    return { document, sha256, bytes: bytes.length };
  } catch (error) {
    if (!isCodecError(error)) throw error;
    const problem = error.problem === 'erased' ? 'key-commitment' : error.problem;
    return (await anotherObject(source, expected)) ?? { problem, detail: error.detail };
  }
}

/** An object that is intact, but of another kind or archive: more telling than that its key is not the journal's. */
async function anotherObject(
  source: ByteSource,
  expected: Expected,
): Promise<{ readonly problem: 'swapped'; readonly detail: string } | undefined> {
  try {
    await checkPublic(source, expected);
  } catch (error) {
    if (isCodecError(error) && error.problem === 'swapped')
      return { problem: 'swapped', detail: error.detail };
  }
  return undefined;
}

async function readListed(
  archive: Archive,
  key: string,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(await archive.source(key, size, signal));
  } catch (error) {
    if (archive.store.classify(error) === 'not-found') return undefined;
    throw error;
  }
}

/** Whoever holds some data key must not be able to pass for the writer of the journal. */
function journalKeyOnly({ keys }: Archive): KeyLookup {
  return (keyId, number) => {
    if (keyId === keys.journalKey.keyId && number === keys.journalKey.number) {
      return Promise.resolve([keys.journalKey.key]);
    }
    return Promise.reject(
      new CodecError('header', 'header', 'the object is not sealed with the journal key'),
    );
  };
}

function refuseNewer(document: unknown, key: string): void {
  if (typeof document !== 'object' || document === null || !('needs' in document)) return;
  const needs = Array.isArray(document.needs) ? document.needs.map(String) : [];
  const unknown = needs.filter((need) => !understood.includes(need));
  if (unknown.length === 0) return;
  throw new CxvaultError(
    'ARCHIVE_NEEDS_NEWER',
    'a journal entry needs something that this version does not know',
    {
      context: { object_key: key, needs: unknown.join(' ') },
      hint: 'use a newer version of cxvault with this archive',
    },
  );
}

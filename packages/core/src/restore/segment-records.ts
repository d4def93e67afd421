import { CodecError, openObject } from '@cxvault/crypto-codec';
import type { OpenObject } from '@cxvault/crypto-codec';

import type { Archive } from '../archive.ts';
import type { Version } from '../catalog/rows.ts';
import { LineCutter } from '../verify/record-lines.ts';

/** A version with the line of its record, or with what went wrong. */
export type FoundRecord =
  | { readonly version: Version; readonly line: Uint8Array }
  | { readonly version: Version; readonly error: unknown };

/** From this share of a segment's records on, reading it in one go is cheaper than a request for each. */
const walkShare = 0.25;

/**
 * The records of some versions that lie in one segment. A few are read by themselves; many in one walk through the
 * segment. Where the walk meets damage, the rest is read one by one: what can be saved is saved.
 */
export async function* recordsOf(
  archive: Archive,
  segment: string,
  versions: readonly Version[],
  signal: AbortSignal | undefined,
): AsyncGenerator<FoundRecord> {
  let opened: OpenObject;
  try {
    const expected = { archiveId: archive.id, objectKey: segment, kind: 'records' } as const;
    opened = await openObject(await archive.source(segment, undefined, signal), archive.lookup, expected);
  } catch (error) {
    for (const version of versions) yield { version, error };
    return;
  }
  const numbers = new Map((opened.index.records ?? []).map((record, number) => [nameOf(record), number]));
  const wanted = new Map<number, Version>();
  for (const version of versions) {
    const number = numbers.get(nameOf(version));
    if (number === undefined)
      yield { version, error: new CodecError('index', 'index', 'the segment lacks the record') };
    else wanted.set(number, version);
  }
  if (wanted.size > 1 && wanted.size >= numbers.size * walkShare) yield* walk(opened, wanted);
  yield* single(opened, wanted);
}

/** Takes what it yields out of `wanted`. */
async function* walk(opened: OpenObject, wanted: Map<number, Version>): AsyncGenerator<FoundRecord> {
  let number = 0;
  let lines: { number: number; line: Buffer }[] = [];
  const cutter = new LineCutter((line) => {
    // a copy: the chunk's memory may be used again before the line is written
    if (wanted.has(number)) lines.push({ number, line: Buffer.from(line) });
    number += 1;
  });
  const chunks = opened.content();
  try {
    for (;;) {
      const next = await chunks.next().catch(() => undefined); // single() comes upon the same damage, record by record
      if (next === undefined || next.done === true) return;
      cutter.push(next.value);
      for (const found of lines) {
        const version = wanted.get(found.number);
        wanted.delete(found.number);
        if (version) yield { version, line: found.line };
      }
      lines = [];
    }
  } finally {
    await chunks.return(undefined); // closes the store's stream when the restore ends early
  }
}

async function* single(
  opened: OpenObject,
  wanted: ReadonlyMap<number, Version>,
): AsyncGenerator<FoundRecord> {
  for (const [number, version] of wanted) {
    try {
      yield { version, line: await opened.readRecord(number) };
    } catch (error) {
      yield { version, error };
    }
  }
}

/** A record is the one that the journal means when its id and its SHA-256 are. */
function nameOf(record: { readonly interaction_id: string; readonly sha256: string }): string {
  return `${record.sha256} ${record.interaction_id}`;
}

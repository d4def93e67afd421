import { EnvelopeOpener, isCodecError } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore, Secret } from '@cxvault/plugin-api';
import * as z from 'zod';

import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';
import { readSmallObject } from '../store-read.ts';
import { LineCutter } from './record-lines.ts';
import { noFacts, Tally } from './tally.ts';
import type { VerifyProgress, VerifyReport } from './verify-report.ts';

const largestEnvelope = 384 * 1024 * 1024; // bytes
// `archive_<32 hex>.enc.gz` as written; people rename files
const envelopeEnding = '.enc.gz';

export interface VerifyEnvelopesOptions {
  /** How the report names the place. */
  readonly archive: string;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Checks every envelope below the store's prefix: it opens with the password, its gzip is whole, and each line is
 * the JSON of a record with an id. Envelopes have no journal: a missing one cannot be noticed. Other objects are
 * counted as leftover. Throws `ARCHIVE_NOT_FOUND` when there is no envelope at all, and `KEY_WRONG` when the password
 * opens none of several.
 */
export async function verifyEnvelopes(
  store: ObjectStore,
  password: Secret,
  options: VerifyEnvelopesOptions,
): Promise<VerifyReport> {
  const clock = options.clock ?? systemClock;
  const startedAt = clock.now();
  const { signal } = options;
  const tally = new Tally();
  const opener = new EnvelopeOpener(password);
  const done = { checked: 0, bytes: 0 };
  let refused = 0;
  for await (const { key, size } of store.list('', { ...(signal && { signal }) })) {
    if (signal?.aborted) throw interrupted();
    if (!key.endsWith(envelopeEnding)) {
      tally.leftover();
      continue;
    }
    tally.object(size);
    try {
      tally.facts({ ...noFacts, records: await checkEnvelope(store, opener, key, signal) });
    } catch (error) {
      if (signal?.aborted) throw interrupted();
      const damage = envelopeDamage(key, error);
      if (!damage) throw error;
      refused += Number(damage.problem === 'chunk');
      tally.damage(damage);
    }
    done.checked += 1;
    done.bytes += size;
    options.onProgress?.({ ...done, total: done.checked });
  }
  refuseNothing(done.checked, refused);
  const durationMs = clock.now() - startedAt;
  return tally.report({ archive: options.archive, depth: 'full', sample: undefined, durationMs });
}

const envelopeRecord = z.object({ interaction_id: z.string() });

/** The number of records. */
async function checkEnvelope(
  store: ObjectStore,
  opener: EnvelopeOpener,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const bytes = await readSmallObject(store, key, largestEnvelope, { ...(signal && { signal }) });
  if (!bytes) throw new EnvelopeDamage('the store has no such object', 'missing');
  let records = 0;
  const lines = new LineCutter((line) => {
    if (!isRecord(line))
      throw new EnvelopeDamage(`line ${records + 1} is not the JSON of a record`, 'content');
    records += 1;
  });
  for await (const chunk of await opener.open(bytes)) lines.push(chunk);
  if (!lines.complete) throw new EnvelopeDamage('the last line does not end in a newline', 'content');
  return records;
}

class EnvelopeDamage extends Error {
  readonly problem: 'missing' | 'content';

  constructor(message: string, problem: 'missing' | 'content') {
    super(message);
    this.problem = problem;
  }
}

function isRecord(line: Buffer): boolean {
  try {
    return envelopeRecord.safeParse(JSON.parse(line.toString('utf8'))).success;
  } catch {
    return false;
  }
}

function envelopeDamage(key: string, error: unknown): Damage | undefined {
  const head = { object_key: key, kind: 'records', interactions: [] };
  if (error instanceof EnvelopeDamage) return { ...head, problem: error.problem, detail: error.message };
  if (!isCodecError(error)) return undefined;
  const problem = error.problem === 'erased' ? 'key-commitment' : error.problem;
  return { ...head, problem, detail: error.detail };
}

function refuseNothing(checked: number, refused: number): void {
  if (checked === 0) {
    throw new CxvaultError('ARCHIVE_NOT_FOUND', 'there are no envelopes at this place', {
      hint: 'envelopes are named archive_<32 hex digits>.enc.gz, or at least end in .enc.gz',
    });
  }
  // a changed envelope and a wrong password look the same; when all of several fail, it is the password
  if (checked > 1 && refused === checked) {
    throw new CxvaultError('KEY_WRONG', 'the password opens none of the envelopes', {
      context: { envelopes: checked },
    });
  }
}

function interrupted(): CxvaultError {
  return new CxvaultError('INTERRUPTED', 'the verify was interrupted');
}

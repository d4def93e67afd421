import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { CodecError, openObject } from '@cxvault/crypto-codec';

import type { Archive } from '../archive.ts';
import type { Version } from '../catalog/rows.ts';
import type { ArchivedMedium } from '../journal-entry.ts';
import { extensionByContent, extensionByType } from './extension.ts';
import { hasContent, writeFile } from './output-file.ts';
import type { RestoredRecord } from './restored-record.ts';
import { safeName } from './safe-name.ts';

/** The name of the record's file; no medium may take it. */
export const recordName = 'record.json';

/** A medium's file: `kept` when it was there already. */
export interface RestoredFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly kept: boolean;
}

/**
 * Writes one medium into the interaction's folder. It gets its name only after its bytes and SHA-256 were found to
 * be those of the journal. Throws a `CodecError` for damage, `FileConflict`, `OUTPUT_FAILED`, or the store's errors.
 */
export async function restoreMedium(
  archive: Archive,
  folder: string,
  {
    parts,
    version,
    medium,
    record,
    signal,
  }: {
    readonly parts: string;
    readonly version: Version;
    readonly medium: ArchivedMedium;
    readonly record: RestoredRecord;
    readonly signal: AbortSignal | undefined;
  },
): Promise<RestoredFile> {
  const described = record.media.get(medium.media_id);
  const stem = stemOf(version, medium);
  const expectedName = fileName(stem, extensionByType(described?.contentType, described?.format));
  const present = await presentName(folder, stem, expectedName, medium);
  if (present !== undefined) {
    return { name: present, bytes: medium.bytes, sha256: medium.sha256, kept: true };
  }
  const source = await archive.source(medium.object_key, undefined, signal);
  const expected = { archiveId: archive.id, objectKey: medium.object_key, kind: 'media' } as const;
  const opened = await openObject(source, archive.lookup, expected);
  requireOriginal(opened.index, medium);
  return writeFile({ folder, parts }, opened.content(), ({ bytes, sha256, head }) => {
    requireOriginal({ bytes, sha256 }, medium);
    const byIndex = extensionByType(opened.index.medium?.content_type, undefined);
    return expectedName ?? `${stem}.${byIndex ?? extensionByContent(head)}`;
  });
}

/** Asked of the index first: what would be thrown away at its end need not fill the disk before. */
function requireOriginal(found: { bytes: number; sha256: string }, medium: ArchivedMedium): void {
  if (found.bytes === medium.bytes && found.sha256 === medium.sha256) return;
  throw new CodecError('digest', 'content', 'the original is not the one whose SHA-256 the journal names');
}

/** The name under which an earlier restore wrote this medium; without a type, its extension came from its bytes. */
async function presentName(
  folder: string,
  stem: string,
  expectedName: string | undefined,
  medium: ArchivedMedium,
): Promise<string | undefined> {
  const names = expectedName === undefined ? await readdir(folder).catch(() => []) : [expectedName];
  for (const name of names) {
    const candidate = name === expectedName || name.slice(0, name.lastIndexOf('.')) === stem;
    if (candidate && (await hasContent(join(folder, name), medium))) return name;
  }
  return undefined;
}

/** Two media of one id (an edited recording, both kept) differ in their object. */
function stemOf(version: Version, medium: ArchivedMedium): string {
  const stem = safeName(medium.media_id);
  const alone = version.media.filter(({ media_id }) => media_id === medium.media_id).length === 1;
  return alone ? stem : `${stem}~${objectIdOf(medium.object_key)}`;
}

function objectIdOf(key: string): string {
  return safeName(key.slice(key.lastIndexOf('/') + 1).replace(/\.cxv$/, ''));
}

function fileName(stem: string, extension: string | undefined): string | undefined {
  if (extension === undefined) return undefined;
  const name = `${stem}.${extension}`;
  // percent-encoding a letter that needs none: a name that no other id can have
  return name.toLowerCase() === recordName ? `%${name.charCodeAt(0).toString(16)}${name.slice(1)}` : name;
}

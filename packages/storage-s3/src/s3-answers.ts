import type { Retention } from '@cxvault/plugin-api';

import type { Written } from './s3-calls.ts';

// What the server's answers say, in the driver's words.

/** S3's names of the modes. */
export const lockModes = { governance: 'GOVERNANCE', compliance: 'COMPLIANCE' } as const;

/** The retention that an answer tells of. */
export function retentionOf(answer: {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
}): Retention | undefined {
  const { ObjectLockMode: name, ObjectLockRetainUntilDate: until } = answer;
  const mode = (['governance', 'compliance'] as const).find((each) => lockModes[each] === name);
  return mode === undefined || until === undefined ? undefined : { mode, until };
}

/** Objects uploaded in parts have a hash of hashes instead, `…-<parts>`: that says nothing about the content. */
export function written(output: object, first: object = output): Written {
  return {
    encryption: textAt(first, 'ServerSideEncryption'),
    sha256: wholeSha256(textAt(output, 'ChecksumSHA256')),
    version: textAt(output, 'VersionId'),
  };
}

export function wholeSha256(checksum: string | undefined): string | undefined {
  return checksum === undefined || checksum.includes('-') ? undefined : checksum;
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export function textAt(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : undefined;
}

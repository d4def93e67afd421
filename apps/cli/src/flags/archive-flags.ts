import { Flags } from '@oclif/core';

/** Which archive. */
export const archiveFlags = {
  archive: Flags.string({
    helpGroup: 'ARCHIVE',
    helpValue: 'URL',
    summary: 'Path or URL of the archive (env: CXVAULT_ARCHIVE).',
  }),
};

/** How it is unlocked; passwords themselves are never flags. */
export const unlockFlags = {
  'password-file': Flags.file({
    helpGroup: 'ARCHIVE',
    helpValue: 'FILE',
    summary: "File with the archive's password (or env: ARCHIVAL_ENCRYPTION_KEY).",
  }),
  'key-file': Flags.file({
    helpGroup: 'ARCHIVE',
    helpValue: 'FILE',
    summary: 'File with a key of 32 bytes.',
  }),
};

/** How long what is stored is locked. */
export const retentionFlags = {
  retain: Flags.string({
    helpGroup: 'WORK',
    helpValue: 'DURATION',
    summary:
      'Nobody, not even an administrator, can remove or change what is stored now before this time is over, ' +
      'for example 7y; it cannot be taken back.',
  }),
};

/** The values of {@link unlockFlags}. */
export interface UnlockFlagValues {
  readonly 'password-file'?: string;
  readonly 'key-file'?: string;
}

/** The values of {@link archiveFlags} and {@link unlockFlags}. */
export interface ArchiveFlagValues extends UnlockFlagValues {
  readonly archive?: string;
}

/** A period [from, to). */
export const periodFlags = {
  since: Flags.string({
    helpGroup: 'PERIOD',
    helpValue: 'TIME',
    summary: 'From this time on: a date, a time (UTC) or how long ago, such as 7d.',
  }),
  until: Flags.string({
    helpGroup: 'PERIOD',
    helpValue: 'TIME',
    summary: 'Up to, but without, this time.',
  }),
};

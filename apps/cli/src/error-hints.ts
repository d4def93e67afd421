import type { ErrorCode } from '@cxvault/plugin-api';

/** The general remedy for each reason: shown where an error has no hint of its own, and in docs/errors.md. */
export const errorHints: Readonly<Record<ErrorCode, string>> = {
  ARCHIVE_DESCRIPTOR_DAMAGED:
    'restore cxvault.json of the archive from a copy or an older version of the object',
  ARCHIVE_EXISTS: 'use the archive that is there, or choose another folder or prefix for a new one',
  ARCHIVE_NOT_FOUND: 'check the address; cxvault init creates an archive',
  ARCHIVE_DAMAGED:
    'restore the named object from a copy of keys/ or an older version of it, then run cxvault verify',
  ARCHIVE_LOCKED: 'wait for the other run; cxvault unlock removes the lock of one that is dead',
  ARCHIVE_LOCK_LOST:
    'run it again: what was committed stays; see that only one run uses the archive at a time',
  ARCHIVE_OTHER_TENANT: 'one archive holds one tenant: create another archive for this one with cxvault init',
  ARCHIVE_NEEDS_NEWER: 'install a newer cxvault; the archive was written by one',
  CLOCK_SKEW: 'set the clock of this machine, for example with NTP, and run it again',
  CONFIG_INVALID:
    'correct the named setting; cxvault config show prints every setting and where it comes from',
  FORMAT_INVALID: 'the object is damaged or is no object of an archive: cxvault verify says what it costs',
  INTERACTION_NOT_ARCHIVED: 'cxvault list shows what is archived; cxvault run --interaction ID archives one',
  INTERNAL: 'run it again with --log-level debug, and report what it prints',
  INTERRUPTED: 'start the same command again: what is done stays done',
  JOURNAL_DAMAGED:
    'cxvault verify names the damaged or missing entries; restore them from a copy or an older version of the object',
  KEY_WRONG: 'check ARCHIVAL_ENCRYPTION_KEY, --password-file or --key-file: another key opens this archive',
  LOGIN_REFUSED: 'check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, and that the client is active in CXone',
  OUTPUT_FAILED: 'free some space, or name another folder',
  PLUGIN_CONFLICT: 'remove one of the two: cxvault plugins uninstall NAME',
  PLUGIN_FAILED:
    'report it to those who make the plugin; cxvault plugins install NAME@latest brings its newest version',
  PLUGIN_INCOMPATIBLE: 'update the plugin: cxvault plugins install NAME@latest',
  RECORD_TOO_LARGE: 'report the interaction: the format allows records of 32 MiB',
  RETENTION_NOT_KEPT:
    'see that the bucket has Object Lock, or what its cloud calls so, and that the login may read the retention of objects (s3:GetObjectRetention)',
  SCHEME_UNKNOWN: 'install the plugin that brings it: cxvault plugins install NAME',
  SCOPE_MISSING: 'grant the client the named scopes in CXone; cxvault doctor lists what is missing',
  SOURCE_LIST_EMPTY:
    'check that CXONE_API_BASE and the client belong to the tenant of the archive, and try again',
  SOURCE_REFUSED:
    'cxvault doctor tells which right or setting is missing; NICE finds the cause by the request id',
  SOURCE_RESPONSE_INVALID:
    'check CXONE_API_BASE and the paths in cxone.*; something between may answer for CXone',
  SOURCE_UNREACHABLE: 'check CXONE_API_BASE, network and proxy, and run it again: what was committed stays',
  STORE_CONFLICT: 'see that nothing else writes into the archive; cxvault verify tells whether it is whole',
  STORE_DENIED: 'grant list, read, write and remove on the bucket and prefix; cxvault doctor tries each',
  STORE_FULL: 'free some space or raise the quota, and run it again: what was committed stays',
  STORE_NOT_FOUND: 'create the bucket or folder, or correct its name, region or endpoint in the address',
  STORE_REFUSED:
    'the store cannot do what was asked: the message names it; cxvault doctor tries what a run needs',
  STORE_UNREACHABLE: 'check the address, network and proxy, and run it again: what was committed stays',
  USAGE: 'add --help to the command to see how it is used',
};

import type { ErrorCode } from '@cxvault/plugin-api';

/** Everything that was asked for is done. */
export const exitDone = 0;
/** Done, but some interactions failed, or a check found damage or gaps. */
export const exitIncomplete = 3;
/** Ended by a signal, after a clean commit. */
export const exitInterrupted = 130;

/**
 * The exit code of each error: the one place where this is decided (cli.md, "Exit codes"). 2: nothing was started,
 * the caller must change something. 20: CXone or the store refused or is away; the same call may work later.
 */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  ARCHIVE_DESCRIPTOR_DAMAGED: 10,
  ARCHIVE_EXISTS: 10,
  ARCHIVE_NOT_FOUND: 10,
  ARCHIVE_DAMAGED: exitIncomplete,
  ARCHIVE_LOCKED: 11,
  ARCHIVE_LOCK_LOST: 11,
  ARCHIVE_OTHER_TENANT: 2,
  ARCHIVE_NEEDS_NEWER: 2,
  CLOCK_SKEW: 2,
  CONFIG_INVALID: 2,
  FORMAT_INVALID: exitIncomplete,
  INTERACTION_NOT_ARCHIVED: exitIncomplete,
  INTERNAL: 1,
  INTERRUPTED: exitInterrupted,
  JOURNAL_DAMAGED: exitIncomplete,
  KEY_WRONG: 12,
  LOGIN_REFUSED: 20,
  OUTPUT_FAILED: 1,
  PLUGIN_CONFLICT: 2,
  PLUGIN_FAILED: 1,
  PLUGIN_INCOMPATIBLE: 2,
  RECORD_TOO_LARGE: exitIncomplete,
  RETENTION_NOT_KEPT: 20,
  SCHEME_UNKNOWN: 2,
  SCOPE_MISSING: 20,
  SOURCE_LIST_EMPTY: 20,
  SOURCE_REFUSED: 20,
  SOURCE_RESPONSE_INVALID: 20,
  SOURCE_UNREACHABLE: 20,
  STORE_CONFLICT: 20,
  STORE_DENIED: 20,
  STORE_FULL: 20,
  STORE_NOT_FOUND: 20,
  STORE_REFUSED: 20,
  STORE_UNREACHABLE: 20,
  USAGE: 2,
};

/** Which of several exit codes a command ends with: the first of these (cli.md), then what prevented a start. */
const precedence = [1, 12, 20, exitInterrupted, exitIncomplete, 11, 10, 2];

/** The one exit code for several outcomes; 0 when there is none but 0. */
export function firstExit(exits: readonly number[]): number {
  const failed = exits.filter((exit) => exit !== exitDone);
  return precedence.find((exit) => failed.includes(exit)) ?? failed[0] ?? exitDone;
}

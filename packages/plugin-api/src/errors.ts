/**
 * What can go wrong, by reason. One catalogue: a code names the reason, never the place; the value says it in
 * words for the documentation. The CLI maps each code to an exit code in one file.
 */
export const errorCatalogue = {
  ARCHIVE_DESCRIPTOR_DAMAGED: 'the descriptor of the archive is damaged or was changed',
  ARCHIVE_EXISTS: 'there is an archive already where a new one was to be created',
  ARCHIVE_NOT_FOUND: 'there is no archive at this place',
  ARCHIVE_DAMAGED: 'an object that the archive cannot be opened without is damaged or missing',
  ARCHIVE_LOCKED: 'another run holds the lock of the archive',
  ARCHIVE_LOCK_LOST: 'another run has taken over the lock of the archive',
  ARCHIVE_OTHER_TENANT: 'the archive belongs to another tenant, system or profile',
  ARCHIVE_NEEDS_NEWER: 'the archive needs something that this version does not understand',
  CLOCK_SKEW: 'this machine and the API disagree about the time by more than five minutes',
  CONFIG_INVALID: 'a setting is missing, unknown or contradicts another one',
  FORMAT_INVALID: 'bytes do not follow the archive format',
  INTERACTION_NOT_ARCHIVED: 'the archive does not hold the interaction that was asked for',
  INTERNAL: 'a defect in cxvault itself',
  INTERRUPTED: 'the work was interrupted from outside',
  JOURNAL_DAMAGED: 'the journal has a gap, a damaged entry or has lost a tip that was seen before',
  KEY_WRONG: 'no key slot of the archive opens with the given password or key file',
  LOGIN_REFUSED: 'CXone refused the login',
  OUTPUT_FAILED: 'a local file or folder could not be written',
  PLUGIN_CONFLICT: 'two plugins bring the same scheme',
  PLUGIN_FAILED: 'a plugin could not open what it brings',
  PLUGIN_INCOMPATIBLE: 'a plugin was built for another version of the contract',
  RECORD_TOO_LARGE: 'the record of one interaction is larger than the format allows',
  RETENTION_NOT_KEPT: 'the store took an object but does not keep it unchanged as long as it was asked to',
  SCHEME_UNKNOWN: 'no installed plugin brings the scheme of this address',
  SCOPE_MISSING: 'the CXone login lacks a right that the run needs',
  SOURCE_LIST_EMPTY: 'CXone lists nothing though the archive knows interactions',
  SOURCE_REFUSED: 'CXone refused a request for good',
  SOURCE_RESPONSE_INVALID: 'CXone answered with something that cannot be understood',
  SOURCE_UNREACHABLE: 'CXone could not be reached, or kept failing',
  STORE_CONFLICT: 'the store holds other bytes under the name of an object that was to be written',
  STORE_DENIED: 'the store refused access',
  STORE_FULL: 'the store has no room left',
  STORE_NOT_FOUND: 'the store has no such bucket, folder or object',
  STORE_REFUSED: 'the store refused a request for good',
  STORE_UNREACHABLE: 'the store could not be reached, or kept failing',
  USAGE: 'the command line is not right',
} as const;

/** The reason of a {@link CxvaultError}. */
export type ErrorCode = keyof typeof errorCatalogue;

/** What an error happened on, by name; printed as `[bucket=…, key=…]`. Never a secret or a signed URL. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

const brand = Symbol.for('cxvault.error');

/**
 * The base of every error that a user sees. `message` is lower case, without a full stop, and ends with the
 * context in brackets; `hint` says what to do.
 */
export class CxvaultError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  readonly hint: string | undefined;
  readonly [brand] = true;

  constructor(
    code: ErrorCode,
    message: string,
    details: { context?: ErrorContext; hint?: string; cause?: unknown } = {},
  ) {
    const context = details.context ?? {};
    super(
      message + contextSuffix(context),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'CxvaultError';
    this.code = code;
    this.context = context;
    this.hint = details.hint;
  }
}

function contextSuffix(context: ErrorContext): string {
  const parts = Object.entries(context).filter(([, value]) => value !== undefined);
  return parts.length === 0
    ? ''
    : ` [${parts.map(([name, value]) => `${name}=${String(value)}`).join(', ')}]`;
}

/** True for errors of any copy of this package: plugins bring their own, so `instanceof` would miss theirs. */
export function isCxvaultError(error: unknown): error is CxvaultError {
  return typeof error === 'object' && error !== null && brand in error;
}

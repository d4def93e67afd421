import { stripVTControlCharacters } from 'node:util';
import { type ErrorCode, errorCatalogue, isCxvaultError } from '@cxvault/plugin-api';
import { errorHints } from './error-hints.ts';
import { exitCodes } from './exit-codes.ts';
import { nearest } from './nearest.ts';
import { pluginFailure } from './plugin-failure.ts';
import { printable } from './printable.ts';
import { property } from './property.ts';
import { hideSecrets } from './redact.ts';

/** An error as users and scripts see it: the `error` object of `--json`. */
export interface Failure {
  readonly code: ErrorCode;
  /** What failed, on what, and why: one line, lower case, no full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly exit: number;
}

/** Explains any thrown value. The only place where errors become messages and exit codes. */
export function failureOf(error: unknown): Failure {
  const failure = explain(error);
  // What a plugin or an SDK says in an error may hold anything.
  return { ...failure, message: hideSecrets(failure.message) };
}

function explain(error: unknown): Failure {
  if (isCxvaultError(error)) {
    // A plugin may be newer than this program and throw a code that it does not know.
    const code = error.code in errorCatalogue ? error.code : 'INTERNAL';
    return { code, message: error.message, hint: error.hint ?? errorHints[code], exit: exitCodes[code] };
  }
  if (isAbort(error)) return { code: 'INTERRUPTED', message: 'interrupted', exit: exitCodes.INTERRUPTED };
  return cacheFailure(error) ?? pluginFailure(messageOf(error)) ?? usageFailure(error) ?? defect(error);
}

/** An error for people: what failed, and below it what to do. */
export function failureText(failure: { readonly message: string; readonly hint?: string }): string {
  const hint = failure.hint === undefined ? '' : `hint:  ${failure.hint}\n`;
  return printable(`error: ${failure.message}\n${hint}`);
}

/** The exit code in oclif's way of ending a command on purpose, which has nothing to print; else undefined. */
export function plannedExit(error: unknown): number | undefined {
  return property(error, 'code') === 'EEXIT' ? oclifExit(error) : undefined;
}

function isAbort(error: unknown): boolean {
  return property(error, 'name') === 'AbortError';
}

/** Node's SQLite, which holds nothing but the cache, found its disk full, its file damaged or locked away. */
function cacheFailure(error: unknown): Failure | undefined {
  if (property(error, 'code') !== 'ERR_SQLITE_ERROR') return undefined;
  return {
    code: 'OUTPUT_FAILED',
    message: `the cache folder failed: ${messageOf(error)}`,
    hint: 'free some space; a damaged cache may be removed and is built anew (CXVAULT_CACHE_DIR names another folder)',
    exit: exitCodes.OUTPUT_FAILED,
  };
}

/** Errors of oclif's parser and of its own commands; all of them are about the command line. */
function usageFailure(error: unknown): Failure | undefined {
  if (oclifExit(error) === undefined) return undefined;
  const unknownFlags = property(error, 'flags');
  if (Array.isArray(unknownFlags)) return unknownFlagFailure(unknownFlags.map(String), knownFlags(error));
  const message = plainMessage(messageOf(error));
  if (message.includes(' contradicts '))
    return { code: 'USAGE', message, hint: 'leave one of them out', exit: exitCodes.USAGE };
  return {
    code: 'USAGE',
    message,
    hint: `${property(error, 'parse') === undefined ? 'cxvault --help' : '--help'} shows how it is used`,
    exit: exitCodes.USAGE,
  };
}

function unknownFlagFailure(flags: readonly string[], known: readonly string[]): Failure {
  const guesses = flags
    .map((flag) => nearest(flag.replace(/^-+/, ''), known))
    .filter((guess) => guess !== undefined);
  const guess =
    guesses.length === 0 ? '' : `did you mean ${guesses.map((name) => `--${name}`).join(' and ')}? `;
  return {
    code: 'USAGE',
    message: `unknown flag${flags.length === 1 ? '' : 's'} ${flags.join(', ')}`,
    hint: `${guess}--help lists the flags of the command`,
    exit: exitCodes.USAGE,
  };
}

function knownFlags(error: unknown): string[] {
  const flags = property(property(property(error, 'parse'), 'input'), 'flags');
  return typeof flags === 'object' && flags !== null ? Object.keys(flags) : [];
}

/** oclif's messages span lines, point to its own help and carry colours; ours are one plain line. */
function plainMessage(message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help'));
  const [first = 'something unexpected was thrown', ...rest] = lines;
  const listed = /^The following errors? occurred:$/.test(first);
  const text = (listed ? rest.join('; ') : [first, ...rest].join(' '))
    .replace(/^Parsing (--\S+)/, '$1:')
    .replaceAll(/(--[\w-]+)(?:=\S*)? cannot also be provided when using (--[\w-]+)/g, '$1 contradicts $2')
    .replace(/^(Missing required flag) (?=\w)/, '$1 --')
    .replace(/^Missing \d+ required args?:\s+(\S+).*/, 'missing argument: $1');
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

function defect(error: unknown): Failure {
  return {
    code: 'INTERNAL',
    message:
      error instanceof Error ? plainMessage(error.message || error.name) : 'something unexpected was thrown',
    hint: 'this should not happen: run it again with --log-level debug and report what it prints',
    exit: exitCodes.INTERNAL,
  };
}

function messageOf(error: unknown): string {
  const message = property(error, 'message');
  return typeof message === 'string' && message !== '' ? message : 'something unexpected was thrown';
}

function oclifExit(error: unknown): number | undefined {
  const exit = property(property(error, 'oclif'), 'exit');
  return typeof exit === 'number' ? exit : undefined;
}

import { readFile } from 'node:fs/promises';
import { CxvaultError, Secret } from '@cxvault/plugin-api';
import { property } from '../property.ts';

const keyFileSize = 32; // bytes, archive-format.md "Keys"

/** The ways to unlock an archive that were given; at least one. */
export interface GivenUnlock {
  readonly password?: Secret;
  readonly keyFile?: Uint8Array;
}

/** Where passwords and key files come from. */
export interface UnlockChoice {
  readonly passwordFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /**
   * What the names of the two flags begin with, for errors.
   * @default '' for --password-file and --key-file
   */
  readonly prefix?: 'new-' | 'other-';
}

/**
 * The ways given by flags; only without any, the password in `ARCHIVAL_ENCRYPTION_KEY`: whoever names a key file
 * does not want a password that happens to be in the environment. Throws `CONFIG_INVALID`.
 */
export async function readUnlock(choice: UnlockChoice): Promise<GivenUnlock> {
  const unlock = await readGivenUnlock(choice);
  if (unlock !== undefined) return unlock;
  throw new CxvaultError('CONFIG_INVALID', 'no password and no key file is given', {
    hint: 'set ARCHIVAL_ENCRYPTION_KEY, or give --password-file FILE or --key-file FILE',
  });
}

/** As {@link readUnlock}; undefined when nothing is given. */
export async function readGivenUnlock(choice: UnlockChoice): Promise<GivenUnlock | undefined> {
  const { passwordFile, keyFile, env, prefix = '' } = choice;
  if (passwordFile !== undefined || keyFile !== undefined) {
    return {
      ...(passwordFile === undefined
        ? {}
        : { password: await readPassword(passwordFile, `--${prefix}password-file`) }),
      ...(keyFile === undefined ? {} : { keyFile: await readKeyFile(keyFile, `--${prefix}key-file`) }),
    };
  }
  const password = env.ARCHIVAL_ENCRYPTION_KEY;
  return password === undefined || password === '' ? undefined : { password: new Secret(password) };
}

async function readPassword(file: string, flag: string): Promise<Secret> {
  const bytes = await readSecretFile(file, flag, 'write the password into it, one line');
  // Editors and `echo` end a file with a newline that nobody means as part of the password.
  const text = decode(bytes, file).replace(/\r?\n$/, '');
  if (text !== '') return new Secret(text);
  throw new CxvaultError('CONFIG_INVALID', 'the password file is empty', {
    context: { file },
    hint: 'write the password into it, one line',
  });
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the password file is not UTF-8 text', {
      context: { file },
      hint: 'give random bytes with --key-file instead',
      cause,
    });
  }
}

async function readKeyFile(file: string, flag: string): Promise<Uint8Array> {
  const make = `make one with: head -c ${String(keyFileSize)} /dev/urandom > FILE`;
  const bytes = await readSecretFile(file, flag, make);
  if (bytes.length === keyFileSize) return new Uint8Array(bytes);
  throw new CxvaultError(
    'CONFIG_INVALID',
    `the key file has ${String(bytes.length)} bytes, not ${String(keyFileSize)}`,
    {
      context: { file },
      hint: make,
    },
  );
}

async function readSecretFile(file: string, flag: string, remedy: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = property(cause, 'code') === 'ENOENT';
    throw new CxvaultError(
      'CONFIG_INVALID',
      `the file given with ${flag} ${missing ? 'does not exist' : 'cannot be read'}`,
      {
        context: { file },
        hint: missing ? remedy : 'check its permissions',
        cause,
      },
    );
  }
}

import type { BaseFlags } from '../base-command.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { shellWord } from './layout.ts';

/** The flags that the next command needs as well. */
export type CommonFlags = ArchiveFlagValues & BaseFlags;

const repeated = ['archive', 'password-file', 'key-file', 'config', 'env-file'] as const;

/** A command to type next: what was given for this one is repeated, so that it works when pasted. */
export function nextCommand(command: string, flags: CommonFlags): string {
  const words = repeated.flatMap((flag) => {
    const value = flags[flag];
    return value === undefined ? [] : [`--${flag}`, shellWord(value)];
  });
  return ['cxvault', command, ...words].join(' ');
}

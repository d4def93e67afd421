import type { BaseFlags } from '../base-command.ts';
import type { UnlockFlagValues } from '../flags/archive-flags.ts';
import { shellWord } from './layout.ts';

/** The flags that the next command needs as well. */
export type CommonFlags = UnlockFlagValues & BaseFlags & { readonly archive?: string | readonly string[] };

const repeated = ['archive', 'password-file', 'key-file', 'config', 'env-file'] as const;

/** A command to type next: what was given for this one is repeated, so that it works when pasted. */
export function nextCommand(command: string, flags: CommonFlags): string {
  const words = repeated.flatMap((flag) => {
    const given = flags[flag];
    // of several archives the first: most commands work on one
    const value = typeof given === 'object' ? given[0] : given;
    return value === undefined ? [] : [`--${flag}`, shellWord(value)];
  });
  return ['cxvault', command, ...words].join(' ');
}

import { CxvaultError } from '@cxvault/plugin-api';

/** Words of a filter, without space around them. Throws `USAGE` for an empty one: an unset variable of a shell gives it. */
export function wordsOf(flag: string, words: readonly string[]): string[] {
  return words.map((word) => {
    const trimmed = word.trim();
    if (trimmed !== '') return trimmed;
    throw new CxvaultError('USAGE', `${flag} is empty`, { hint: `give a value, or leave ${flag} out` });
  });
}

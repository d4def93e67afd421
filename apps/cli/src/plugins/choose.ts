import { CxvaultError } from '@cxvault/plugin-api';
import { nearest } from '../nearest.ts';
import type { Offered, Offers, RefusedPlugin } from './offers.ts';

/** Packages of ours that bring what is not built in, by scheme. */
export const packagesByWord: Readonly<Record<string, string>> = {
  az: '@cxvault/storage-azure',
  gs: '@cxvault/storage-gcs',
};

/** How the words of a kind of factory are found and called. */
export interface WordsOf<Factory> {
  readonly kind: 'scheme' | 'profile';
  readonly words: (factory: Factory) => readonly string[];
}

/**
 * The one factory that brings `word` (a scheme, a profile). Throws `PLUGIN_CONFLICT` when two plugins do,
 * `PLUGIN_INCOMPATIBLE` or `SCHEME_UNKNOWN` when none does, with what to install.
 */
export function chooseFactory<Factory>(
  offers: Offers<Factory>,
  { kind, words }: WordsOf<Factory>,
  word: string,
): Offered<Factory> {
  const matches = offers.offered.filter(({ factory }) => words(factory).includes(word));
  const [match, other] = matches;
  if (match === undefined) {
    const known = [...new Set(offers.offered.flatMap(({ factory }) => words(factory)))].sort();
    throw nobodyBrings(`${kind} ${word}`, word, known, offers.refused);
  }
  if (other === undefined) return match;
  const names = matches.map(({ plugin }) => plugin);
  const removable = matches.filter((one) => one.removable).map(({ plugin }) => plugin);
  throw new CxvaultError('PLUGIN_CONFLICT', `two plugins bring the ${kind} ${word}: ${names.join(' and ')}`, {
    hint: `remove one of them: cxvault plugins uninstall ${removable.at(-1) ?? other.plugin}`,
  });
}

function nobodyBrings(
  what: string,
  word: string,
  known: readonly string[],
  refused: readonly RefusedPlugin[],
): CxvaultError {
  const missing = packagesByWord[word];
  const outdated = refused.filter(({ incompatible, words }) => incompatible && words.includes(word));
  const [first] = outdated;
  if (first !== undefined) {
    return new CxvaultError(
      'PLUGIN_INCOMPATIBLE',
      `no usable plugin brings the ${what}${notUsed(outdated)}`,
      {
        hint: `update the plugin: cxvault plugins install ${first.plugin}@latest`,
      },
    );
  }
  const guess = missing === undefined ? nearest(word, [...known, ...Object.keys(packagesByWord)]) : undefined;
  const guessed = guess === undefined || known.includes(guess) ? undefined : packagesByWord[guess];
  const install = guessed === undefined ? '' : ` (cxvault plugins install ${guessed})`;
  const hints = [
    ...(missing === undefined ? [] : [`install it: cxvault plugins install ${missing}`]),
    `${guess === undefined ? '' : `did you mean ${guess}?${install} `}available now: ${known.length === 0 ? 'none' : known.join(', ')}`,
  ];
  return new CxvaultError('SCHEME_UNKNOWN', `no installed plugin brings the ${what}${notUsed(refused)}`, {
    hint: hints.join('; '),
  });
}

function notUsed(refused: readonly RefusedPlugin[]): string {
  if (refused.length === 0) return '';
  return `; not used: ${refused.map(({ plugin, reason }) => `${plugin} (${reason})`).join(', ')}`;
}

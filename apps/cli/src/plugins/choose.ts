import { CxvaultError } from '@cxvault/plugin-api';
import type { Offers } from './offers.ts';

/** Packages of ours that bring what is not built in, by scheme. */
export const packagesByWord: Readonly<Record<string, string>> = {
  az: '@cxvault/storage-azure',
  gs: '@cxvault/storage-gcs',
};

/**
 * The one factory that brings `word` (a scheme, a profile). Throws `PLUGIN_CONFLICT` when two plugins do,
 * `PLUGIN_INCOMPATIBLE` or `SCHEME_UNKNOWN` when none does, with what to install.
 */
export function chooseFactory<Factory>(
  offers: Offers<Factory>,
  words: (factory: Factory) => readonly string[],
  word: string,
  kind: 'scheme' | 'profile',
): Factory {
  const [match, other] = offers.offered.filter(({ factory }) => words(factory).includes(word));
  if (match === undefined) throw nobodyBrings(offers, words, word, kind);
  if (other === undefined) return match.factory;
  throw new CxvaultError(
    'PLUGIN_CONFLICT',
    `two plugins bring the ${kind} ${word}: ${match.plugin} and ${other.plugin}`,
    {
      hint: `remove one of them: cxvault plugins uninstall ${other.plugin}`,
    },
  );
}

function nobodyBrings<Factory>(
  offers: Offers<Factory>,
  words: (factory: Factory) => readonly string[],
  word: string,
  kind: 'scheme' | 'profile',
): CxvaultError {
  const incompatible = offers.refused.filter((one) => one.incompatible);
  if (incompatible.length > 0) {
    const names = incompatible.map(({ plugin, reason }) => `${plugin} (${reason})`).join(', ');
    return new CxvaultError(
      'PLUGIN_INCOMPATIBLE',
      `no usable plugin brings the ${kind} ${word}; refused: ${names}`,
      {
        hint: 'update the plugin: cxvault plugins update',
      },
    );
  }
  const missing = packagesByWord[word];
  const known = [...new Set(offers.offered.flatMap(({ factory }) => words(factory)))].sort().join(', ');
  const install = missing === undefined ? '' : `install it: cxvault plugins install ${missing}; `;
  return new CxvaultError('SCHEME_UNKNOWN', `no installed plugin brings the ${kind} ${word}`, {
    hint: `${install}available now: ${known === '' ? 'none' : known}`,
  });
}

import type { Catalog } from '../catalog/catalog.ts';
import { DamageFound } from './damage-found.ts';

/**
 * Compares a medium's object with what the journal says of it: whose it is, and the bytes and SHA-256 of the
 * original. Throws `DamageFound` with the interactions that disagree.
 */
export function compareMedium(
  catalog: Catalog,
  objectKey: string,
  medium: { readonly interaction_id: string; readonly media_id: string } | undefined,
  original: { readonly bytes: number; readonly sha256: string },
): void {
  for (const use of catalog.mediaIn(objectKey)) {
    const ids = [use.interaction_id];
    if (medium?.interaction_id !== use.interaction_id || medium.media_id !== use.media_id) {
      throw new DamageFound('index', 'the object is another medium than the journal says', ids);
    }
    if (use.bytes !== original.bytes || use.sha256 !== original.sha256) {
      throw new DamageFound('digest', 'the original is not the one whose SHA-256 the journal names', ids);
    }
  }
}

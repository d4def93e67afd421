import { CxvaultError } from '@cxvault/plugin-api';
import type { SourceFactory } from '@cxvault/plugin-api';
import type { Surroundings } from './http/connection.ts';

/** A factory whose sources use the given fetch, clock and limits where the real ones will not do: for tests. */
export function createSourceFactory(replaced: Partial<Surroundings> = {}): SourceFactory {
  return {
    profiles: ['interactions'],
    async open(profile, context) {
      if (profile !== 'interactions') {
        throw new CxvaultError('CONFIG_INVALID', 'the CXone connector has no such profile', {
          context: { profile },
          hint: 'use the profile interactions',
        });
      }
      // Loaded only now: `cxvault --help` asks plugins for their offers and must stay quick.
      const [{ openInteractions }, { realSurroundings }] = await Promise.all([
        import('./interactions/open-source.ts'),
        import('./http/connection.ts'),
      ]);
      return openInteractions(context, { ...realSurroundings, ...replaced });
    },
  };
}

/** Opens CXone tenants as interaction sources. */
export const sourceFactory: SourceFactory = createSourceFactory();

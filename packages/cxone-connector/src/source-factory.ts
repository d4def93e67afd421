import { CxvaultError } from '@cxvault/plugin-api';
import type { InteractionSource, SourceContext, SourceFactory } from '@cxvault/plugin-api';
import type { Surroundings } from './http/connection.ts';

type Open = (context: SourceContext, surroundings: Surroundings) => InteractionSource;

/** Loaded only when one is opened: `cxvault --help` asks plugins for their offers and must stay quick. */
const openers: Readonly<Record<string, () => Promise<Open>>> = {
  interactions: async () => (await import('./interactions/open-source.ts')).openInteractions,
  platform: async () => (await import('./platform/open-source.ts')).openPlatform,
};

/** A factory whose sources use the given fetch, clock and limits where the real ones will not do: for tests. */
export function createSourceFactory(replaced: Partial<Surroundings> = {}): SourceFactory {
  return {
    profiles: Object.keys(openers),
    async open(profile, context) {
      const opener = Object.hasOwn(openers, profile) ? openers[profile] : undefined;
      if (opener === undefined) {
        throw new CxvaultError('CONFIG_INVALID', 'the CXone connector has no such profile', {
          context: { profile },
          hint: `use ${Object.keys(openers).join(' or ')}`,
        });
      }
      const [open, { realSurroundings }] = await Promise.all([opener(), import('./http/connection.ts')]);
      return open(context, { ...realSurroundings, ...replaced });
    },
  };
}

/** Opens CXone tenants as interaction sources. */
export const sourceFactory: SourceFactory = createSourceFactory();

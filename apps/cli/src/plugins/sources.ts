import {
  hookNames,
  type InteractionSource,
  type SourceContext,
  type SourceFactory,
} from '@cxvault/plugin-api';
import type { Config } from '@oclif/core/interfaces';
import { property } from '../property.ts';
import { chooseFactory } from './choose.ts';
import { collectOffers, isWords, type Offers } from './offers.ts';
import { openFactory } from './open-factory.ts';

/** The systems that the installed plugins can archive from. */
export async function collectSources(config: Config): Promise<Offers<SourceFactory>> {
  return await collectOffers(config, {
    hook: hookNames.source,
    words: 'profiles',
    matches: isSourceFactory,
  });
}

/** Opens a source with the plugin that brings its profile; see {@link chooseFactory}. */
export async function openPluginSource(
  offers: Offers<SourceFactory>,
  profile: string,
  context: SourceContext,
): Promise<InteractionSource> {
  const chosen = chooseFactory(offers, { kind: 'profile', words: ({ profiles }) => profiles }, profile);
  return await openFactory(chosen, `profile ${profile}`, (factory) => factory.open(profile, context), 'list');
}

function isSourceFactory(value: unknown): value is SourceFactory {
  return isWords(property(value, 'profiles')) && typeof property(value, 'open') === 'function';
}

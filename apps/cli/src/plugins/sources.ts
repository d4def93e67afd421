import {
  hookNames,
  type InteractionSource,
  type SourceContext,
  type SourceFactory,
} from '@cxvault/plugin-api';
import type { Config } from '@oclif/core';
import { property } from '../property.ts';
import { chooseFactory } from './choose.ts';
import { collectOffers, isWords, type Offers } from './offers.ts';

/** The systems that the installed plugins can archive from. */
export async function collectSources(config: Config): Promise<Offers<SourceFactory>> {
  return await collectOffers(config, hookNames.source, isSourceFactory);
}

/** Opens a source with the plugin that brings its profile; see {@link chooseFactory}. */
export async function openPluginSource(
  offers: Offers<SourceFactory>,
  profile: string,
  context: SourceContext,
): Promise<InteractionSource> {
  const factory = chooseFactory(offers, ({ profiles }) => profiles, profile, 'profile');
  return await factory.open(profile, context);
}

function isSourceFactory(value: unknown): value is SourceFactory {
  return isWords(property(value, 'profiles')) && typeof property(value, 'open') === 'function';
}

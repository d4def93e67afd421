import type { InteractionSource, SourceContext } from '@cxvault/plugin-api';
import type { Surroundings } from '../http/connection.ts';
import { connectPlatform } from './connection.ts';
import { readPlatformSettings } from './settings.ts';
import { PlatformSource } from './source.ts';

/** Opens the profile `platform`. Throws `CONFIG_INVALID`; sends nothing yet. */
export function openPlatform(context: SourceContext, surroundings: Surroundings): InteractionSource {
  const settings = readPlatformSettings(context.settings, context.env);
  return new PlatformSource(connectPlatform(settings, context, surroundings), settings);
}

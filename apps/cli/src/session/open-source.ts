import { openRateBudgets, systemClock } from '@cxvault/core';
import type { InteractionSource } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import { collectSources, openPluginSource } from '../plugins/sources.ts';
import { cxoneSettings } from '../settings/cxone-settings.ts';
import type { CacheFiles } from './cache-folder.ts';

/** Opens the source with flags, environment and configuration applied. Logs in with the first request. */
export async function openSource(
  context: CommandContext,
  cache: CacheFiles,
  flags: { readonly profile?: 'interactions' | 'platform' },
): Promise<InteractionSource> {
  const { config, env } = context.settings;
  const settings = cxoneSettings(config.cxone, env, flags);
  const offers = await collectSources(context.oclif);
  for (const { plugin, reason } of offers.refused) context.warn(`plugin ${plugin} is not used: ${reason}`);
  return await openPluginSource(offers, settings.profile, {
    settings,
    env,
    openBudgets: openRateBudgets({ file: cache.budgets, clock: systemClock }),
    log: context.log,
  });
}

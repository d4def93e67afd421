import { type BudgetWatch, openRateBudgets, systemClock } from '@cxvault/core';
import type { InteractionSource, OpenBudgets } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import { collectSources, openPluginSource } from '../plugins/sources.ts';
import { cxoneSettings } from '../settings/cxone-settings.ts';
import { tracedSource } from '../telemetry/traced-source.ts';
import type { CacheFiles } from './cache-folder.ts';
import { discreetSource } from './discreet-source.ts';

/** An open source; dispose of it when done. */
export interface OpenSource extends AsyncDisposable {
  readonly source: InteractionSource;
}

/**
 * Opens the source with flags, environment and configuration applied; `watch` may look at the use of its budgets. Logs
 * in with the first request.
 */
export async function openSource(
  context: CommandContext,
  cache: CacheFiles,
  flags: { readonly profile?: 'interactions' | 'platform' },
  watch?: BudgetWatch,
  around: (budgets: OpenBudgets) => OpenBudgets = (budgets) => budgets,
): Promise<OpenSource> {
  const { config, env } = context.settings;
  const settings = cxoneSettings(config.cxone, env, flags);
  const offers = await collectSources(context.oclif);
  for (const { plugin, reason } of offers.refused) context.warn(`plugin ${plugin} is not used: ${reason}`);
  const source = await openPluginSource(offers, settings.profile, {
    settings,
    env,
    openBudgets: around(
      openRateBudgets({ file: cache.budgets, clock: systemClock, ...(watch && { watch }) }),
    ),
    log: context.log,
  });
  return {
    source: tracedSource(discreetSource(source), context.telemetry),
    [Symbol.asyncDispose]: () => source.close(),
  };
}

import type { InteractionSource, SourceContext } from '@cxvault/plugin-api';
import { connect } from '../http/connection.ts';
import type { Surroundings } from '../http/connection.ts';
import { readSettings } from '../settings.ts';
import { neededScopes } from './check.ts';
import { interactionsBudgets } from './default-budgets.ts';
import { InteractionsSource } from './source.ts';

/** Opens the profile `interactions`. Throws `CONFIG_INVALID`; sends nothing yet. */
export function openInteractions(context: SourceContext, surroundings: Surroundings): InteractionSource {
  const settings = readSettings(context.settings, context.env, interactionsBudgets);
  const options = { ...settings, profile: 'interactions', scopes: neededScopes };
  return new InteractionsSource(connect(options, context, surroundings), settings);
}

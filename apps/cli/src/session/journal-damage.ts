import type { Damage } from '@cxvault/core';
import type { CommandContext } from '../context.ts';

/** A damaged journal may hide interactions: what is read may not be all, or not the newest. */
export function warnOfDamage(context: CommandContext, damage: readonly Damage[]): void {
  for (const { object_key, problem, detail } of damage)
    context.warn(`journal ${object_key}: ${problem}, ${detail}`);
}

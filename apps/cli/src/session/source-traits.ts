import type { InteractionSource } from '@cxvault/plugin-api';

/** What a source is, and what it tells without asking: the part that stays the same in a source around another. */
export function sourceTraits(
  source: InteractionSource,
): Pick<InteractionSource, 'lanes' | 'reach' | 'listsWindows' | 'warnings' | 'now' | 'callCounts' | 'close'> {
  return {
    lanes: source.lanes,
    ...(source.reach && { reach: source.reach }),
    ...(source.listsWindows !== undefined && { listsWindows: source.listsWindows }),
    warnings: () => source.warnings?.() ?? [],
    now: () => source.now(),
    callCounts: () => source.callCounts(),
    close: () => source.close(),
  };
}

import { showInteraction, type ShownInteraction } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { type CurrentCatalog, openCurrentCatalog } from '../session/current-catalog.ts';
import { warnOfDamage } from '../session/journal-damage.ts';
import { wordsOf } from '../settings/words.ts';

/** One interaction, and the exit code that it leads to. */
export interface Shown {
  readonly interaction: ShownInteraction;
  readonly exit: number;
}

/** Reads one interaction. Throws `INTERACTION_NOT_ARCHIVED` when the archive has none of this id. */
export async function show(context: CommandContext, id: string, flags: ArchiveFlagValues): Promise<Shown> {
  const [wanted = id] = wordsOf('ID', [id]);
  await using current = await openCurrentCatalog(context, flags);
  const { damage } = current.journal;
  warnOfDamage(context, damage);
  const interaction = await showInteraction(current.archive, current.catalog, wanted, current.signal);
  if (interaction === undefined) throw unknown(current, wanted);
  return { interaction, exit: interaction.erased || damage.length > 0 ? exitIncomplete : 0 };
}

/** With a damaged journal it cannot be said that the interaction was never archived. */
function unknown({ catalog, journal }: CurrentCatalog, id: string): CxvaultError {
  const context = { interaction: id };
  if (journal.damage.length > 0) {
    return new CxvaultError('JOURNAL_DAMAGED', 'what can be read of the journal knows no such interaction', {
      context,
      hint: 'cxvault verify names the damaged entries; put them back from a copy of the archive',
    });
  }
  const erasure = catalog.erasure(id);
  if (erasure !== undefined) {
    return new CxvaultError(
      'INTERACTION_NOT_ARCHIVED',
      `the interaction was erased, and no version is known: ${erasure.reason}`,
      {
        context,
        hint: 'it cannot be brought back',
      },
    );
  }
  const failure = catalog.openFailure(id);
  if (failure !== undefined) {
    const again =
      failure.given_up === 1 ? 'cxvault run --retry-failed tries it again' : 'the next run tries it again';
    return new CxvaultError(
      'INTERACTION_NOT_ARCHIVED',
      `the interaction is not archived, because it failed: ${failure.reason}`,
      {
        context,
        hint: again,
      },
    );
  }
  return new CxvaultError('INTERACTION_NOT_ARCHIVED', 'the archive has no such interaction', {
    context,
    hint: 'cxvault list shows what is archived; ids are compared letter by letter',
  });
}

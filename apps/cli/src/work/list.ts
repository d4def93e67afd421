import { fstatSync } from 'node:fs';
import { listInteractions, type ListedInteraction, type ListFilter, systemClock } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete, firstExit } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { plural } from '../present/layout.ts';
import { type ListForm, type ListOutput, openListOutput } from '../present/list.ts';
import { showProgress } from '../progress.ts';
import { type CurrentCatalog, openCurrentCatalog } from '../session/current-catalog.ts';
import { warnOfDamage } from '../session/journal-damage.ts';
import { parsePeriod } from '../settings/moment.ts';
import { wordsOf } from '../settings/words.ts';
import { writeOut } from '../standard-output.ts';

/** The flags of `list`. */
export interface ListFlagValues extends ArchiveFlagValues {
  readonly since?: string;
  readonly until?: string;
  readonly type?: readonly string[];
  readonly participant?: string;
}

/** What a list came to; its rows have been printed. */
export interface Listed {
  readonly interactions: number;
  /** Rows whose records could not be read. */
  readonly unreadable: number;
  readonly exit: number;
}

/** Prints archived interactions while they are read. */
export async function list(context: CommandContext, flags: ListFlagValues, form: ListForm): Promise<Listed> {
  const period = parsePeriod(flags, systemClock.now());
  const filter = {
    since: period.from,
    until: period.to,
    types: flags.type && wordsOf('--type', flags.type),
    participant: flags.participant && wordsOf('--participant', [flags.participant])[0],
  };
  await using current = await openCurrentCatalog(context, flags);
  warnOfDamage(context, current.journal.damage);
  const output = openListOutput(form, process.stdout.columns);
  const { interactions, unreadable, exit } = await print(current, filter, {
    form,
    output,
    quiet: context.quiet,
  });
  if (unreadable > 0)
    context.warn(`${plural(unreadable, 'record')} could not be read; cxvault verify names the damage`);
  if (form === 'table' && (interactions === 0 || process.stdout.isTTY)) {
    const many = `${plural(interactions, 'interaction')}${output.remark()}.`;
    process.stderr.write(`${interactions === 0 ? nothing(current) : many}\n`);
  }
  const incomplete = unreadable > 0 || current.journal.damage.length > 0;
  return { interactions, unreadable, exit: firstExit([exit, incomplete ? exitIncomplete : 0]) };
}

function nothing({ catalog }: CurrentCatalog): string {
  return catalog.interactionCount() === 0 ? 'Nothing is archived yet.' : 'No interaction matches.';
}

/** A list that breaks off under `--json` ends as one document all the same: with what was read, and the error. */
async function print(
  current: CurrentCatalog,
  filter: ListFilter,
  { form, output, quiet }: { readonly form: ListForm; readonly output: ListOutput; readonly quiet: boolean },
): Promise<Listed> {
  const counts = { interactions: 0, unreadable: 0 };
  try {
    for await (const rows of read(current, filter, quiet)) {
      if (rows.length === 0) continue;
      counts.interactions += rows.length;
      counts.unreadable += rows.filter(({ error }) => error !== undefined).length;
      if (!(await writeOut(output.rows(rows)))) return { ...counts, exit: 0 };
    }
    await writeOut(output.end());
    return { ...counts, exit: 0 };
  } catch (error) {
    const failure = failureOf(error);
    if (form !== 'json') throw error;
    await writeOut(output.end(failure));
    return { ...counts, exit: failure.exit };
  }
}

/** Shows on stderr how far the reading is, unless the rows themselves show it: behind a pipe may be the terminal, too. */
async function* read(
  { archive, catalog, signal }: CurrentCatalog,
  filter: ListFilter,
  quiet: boolean,
): AsyncGenerator<ListedInteraction[]> {
  const progress = new DisposableStack();
  const shown = progress.use(showProgress({ quiet }));
  try {
    let found = 0;
    const rowsAreSeen = !fstatSync(process.stdout.fd).isFile();
    for await (const rows of listInteractions(archive, catalog, filter, signal)) {
      found += rows.length;
      if (found > 0 && rowsAreSeen) progress.dispose();
      else shown.update(`listing: ${plural(found, 'interaction')} found`);
      yield rows;
    }
  } finally {
    progress.dispose();
  }
}

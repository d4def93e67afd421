import type { RunReport } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { firstExit } from '../exit-codes.ts';
import type { Failure } from '../failure.ts';
import { failureToWrite } from '../report-file.ts';
import type { RunHistory } from './run-history.ts';

/** What the page of a run is made of, besides how it ended. */
export interface PageOrder {
  /** Undefined: no page was asked for. */
  readonly file: string | undefined;
  readonly context: CommandContext;
  readonly history: RunHistory | undefined;
  /** With all failed interactions. */
  readonly full: RunReport;
}

interface Ended {
  readonly failure: Failure | undefined;
  readonly exit: number;
}

/** Writes the page of a run that has ended, in whatever way; that it could not be written becomes part of the outcome. */
export async function withPage<Outcome extends Ended>(outcome: Outcome, order: PageOrder): Promise<Outcome> {
  const unwritten = await pageFailure(outcome, order);
  if (unwritten === undefined) return outcome;
  return {
    ...outcome,
    failure: outcome.failure ?? unwritten,
    exit: firstExit([outcome.exit, unwritten.exit]),
  };
}

/** Writes the page as things stand. Undefined when that worked, or none was asked for. */
export async function pageFailure(
  { failure, exit }: Ended,
  { file, context, history, full }: PageOrder,
): Promise<Failure | undefined> {
  if (file === undefined || history === undefined) return undefined;
  const { name, version } = context.oclif;
  return await failureToWrite(file, async () => {
    const { runPage } = await import('../present/html/run-page.ts');
    const report = failure === undefined ? full : { ...full, error: failure };
    return runPage({ report, failure, exit, history, tool: `${name} ${version}` });
  });
}

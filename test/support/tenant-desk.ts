import { writeFile } from 'node:fs/promises';

import type { Simulator, SimulatorOptions } from '@cxvault/cxone-simulator';

import type { Desk, Ended } from '../../apps/cli/test/cli-process.ts';
import { SimulatedDesk } from '../../apps/cli/test/simulated-desk.ts';

const unlimited = { limit: 0, per: '1s' };

/** A desk with a tenant: an empty home, the built CLI as a process, and a simulator over real HTTP. */
export interface TenantDesk extends AsyncDisposable {
  readonly desk: Desk;
  readonly tenant: Simulator;
}

/**
 * Opens a desk whose environment points at a new tenant and at the archive `./archive`. Only the query budget is
 * kept, so that tests need not wait for the others.
 */
export async function openTenantDesk(options: SimulatorOptions): Promise<TenantDesk> {
  const desk = await SimulatedDesk.openWith(options);
  Object.assign(desk.env, desk.source, {
    ARCHIVAL_ENCRYPTION_KEY: desk.password,
    CXVAULT_ARCHIVE: './archive',
  });
  const config = { cxone: { budgets: { detail: unlimited, mark: unlimited, media: unlimited } } };
  await writeFile(desk.path('cxvault.config.json'), JSON.stringify(config));
  return {
    desk,
    tenant: desk.simulator,
    [Symbol.asyncDispose]: () => desk.close(),
  };
}

/** Runs a command that must end well; returns its JSON document. */
export async function succeed<Document>(desk: Desk, args: readonly string[]): Promise<Document> {
  const { document } = await expectCode<Document>(desk, args, 0);
  return document;
}

/** Runs a command that must end with one of these exit codes; returns its JSON document. */
export async function expectCode<Document>(
  desk: Desk,
  args: readonly string[],
  ...codes: readonly number[]
): Promise<Ended & { document: Document }> {
  const result = await desk.json(args);
  if (!codes.includes(result.code ?? -1)) {
    throw new Error(
      `cxvault ${args.join(' ')} ended with ${String(result.code)}: ${result.stdout}${result.stderr}`,
    );
  }
  // the documents' shapes are what these tests are about: each test names what it reads
  return { ...result, document: result.document as Document };
}

/** What the tests read of a completion report. */
export interface Report {
  readonly total_interactions: number;
  readonly successful_archives: number;
  readonly failed_archives: number;
  readonly archived_records: readonly { readonly interaction_id: string }[];
  readonly failed_records: readonly { readonly interaction_id: string; readonly reason: string }[];
  readonly unchanged: number;
  readonly media: { readonly archived: number; readonly bytes: number; readonly absent: number };
  readonly marks: { readonly sent: number; readonly failed: readonly unknown[]; readonly pending: number };
  readonly tips: readonly string[];
}

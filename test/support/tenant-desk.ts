import { writeFile } from 'node:fs/promises';

import { startSimulator, type Simulator, type SimulatorOptions } from '@cxvault/cxone-simulator';

import { Desk, type Ended } from '../../apps/cli/test/cli-process.ts';

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
  const tenant = await startSimulator(options);
  const desk = await Desk.open();
  Object.assign(desk.env, {
    CXONE_API_BASE: tenant.url,
    CXONE_CLIENT_ID: 'demo-client',
    CXONE_CLIENT_SECRET: 'demo-secret',
    CXONE_ARCHIVAL_FIELD_ID: 'archival_status',
    ARCHIVAL_ENCRYPTION_KEY: 'correct horse battery staple',
    CXVAULT_ARCHIVE: './archive',
  });
  const config = { cxone: { budgets: { detail: unlimited, mark: unlimited, media: unlimited } } };
  await writeFile(desk.path('cxvault.config.json'), JSON.stringify(config));
  return {
    desk,
    tenant,
    [Symbol.asyncDispose]: async () => {
      await tenant.close();
      await desk.close();
    },
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

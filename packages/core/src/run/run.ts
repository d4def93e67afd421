import { newId } from '@cxvault/crypto-codec';
import type { SourceIdentity } from '@cxvault/plugin-api';

import { JournalWriter } from '../journal.ts';
import type { ArchiveLock } from '../lock.ts';
import { checkIdentity, checkSource } from './checks.ts';
import { readState, takeLock } from './known-state.ts';
import type { RunOptions } from './options.ts';
import { RunCounts } from './run-counts.ts';
import type { RunResult } from './run-start.ts';
import { RunSession } from './session.ts';
import { windowsToList } from './windows.ts';

/**
 * Archives what is closed and not yet archived, marks it, and journals all of it. Throws before anything is
 * started: no login, missing rights, a clock that is off, another tenant, a held lock. After that it returns its
 * report, with the reason if it broke off.
 */
export async function runArchive(options: RunOptions): Promise<RunResult> {
  const { archive, catalog, source, clock, signal } = options;
  const startedAt = clock.now();
  const wants = { media: options.media ?? true, mark: options.mark ?? true };
  const capabilities = await source.check({ ...wants, ...(signal && { signal }) });
  const warnings = checkSource(capabilities, wants);
  const runId = newId();
  const counts = new RunCounts();
  const lock = await takeLock(options, { runId, clock });
  try {
    const damage = await readState(options);
    checkIdentity(catalog.identity(), capabilities.identity);
    if (lock.bestEffort)
      warnings.push('the store cannot create an object only if it is absent: the lock is best effort');
    const windows = windowsToList(options, (message) => warnings.push(message));
    for (const warning of warnings) options.onWarning?.(warning);
    return await new RunSession(options, {
      runId,
      startedAt,
      capabilities,
      warnings,
      damage,
      windows,
      writer: journalWriter(options, { runId, lock, identity: capabilities.identity }),
      keys: archive.keys.writer(),
      counts,
    }).run();
  } finally {
    await lock.release();
  }
}

/** The journal of a run, which says who runs and what was there before, and needs the lock for each entry. */
export function journalWriter(
  { archive, catalog, tool, clock }: Pick<RunOptions, 'archive' | 'catalog' | 'tool' | 'clock'>,
  run: { readonly runId: string; readonly lock: ArchiveLock; readonly identity: SourceIdentity },
): JournalWriter {
  return new JournalWriter(archive, {
    runId: run.runId,
    source: run.identity,
    heads: catalog.tips(),
    tool,
    clock,
    beforeAppend: () => run.lock.check(),
  });
}

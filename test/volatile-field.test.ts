import { readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { openTenantDesk, type Report, succeed } from './support/tenant-desk.ts';

interface WarningReport extends Report {
  readonly warnings: readonly string[];
}

describe('a field that changes all the time, and alone', () => {
  it('is named by the run, and left out when the settings say so', async () => {
    await using place = await openTenantDesk({ population: { interactions: 2 }, media: { kind: 'none' } });
    const { desk, tenant } = place;
    await succeed(desk, ['init']);
    const first = await succeed<WarningReport>(desk, ['run', '--no-mark']);
    const id = first.archived_records[0]?.interaction_id;
    const runAfterEdit = async (): Promise<WarningReport> => {
      const body = JSON.stringify({ id, change: 'note' });
      expect((await fetch(`${tenant.url}/__edit`, { method: 'POST', body })).status).toBe(200);
      tenant.advance(61_000); // changes of the last minute are waited for
      return await succeed<WarningReport>(desk, ['run', '--no-mark']);
    };
    expect(await runAfterEdit()).toMatchObject({ successful_archives: 1, warnings: [] });
    const third = await runAfterEdit();
    expect(third.successful_archives).toBe(1);
    expect(third.warnings).toEqual([
      expect.stringMatching(
        `^${String(id)} has three versions in 24 hours in which only wrapUp\\.note differs.*"note".*cxone\\.volatileFields`,
      ),
    ]);
    const file = desk.path('cxvault.config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as { cxone: object };
    await writeFile(file, JSON.stringify({ cxone: { ...config.cxone, volatileFields: ['note'] } }));
    // the digest of another setting is another one: one more version, then none
    await runAfterEdit();
    expect(await runAfterEdit()).toMatchObject({ successful_archives: 0, warnings: [] });
  }, 120_000);
});

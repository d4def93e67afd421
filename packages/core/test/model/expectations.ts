import { createHash } from 'node:crypto';

import type { Archive } from '../../src/archive.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { readRecord } from '../../src/run/previous-record.ts';
import type { ArchivedRecord } from '../../src/run/record.ts';
import { mediumContent, type ModelInteraction, newest } from './model-tenant.ts';
import type { Schedule } from './schedule.ts';

/** All that is wrong with an archive after quiet weeks; empty when it keeps every promise. */
export async function brokenPromises(schedule: Schedule): Promise<string[]> {
  const archive = await schedule.archive();
  const catalog = await schedule.freshCatalog();
  const problems: string[] = [];
  for (const interaction of schedule.tenant.interactions.values()) {
    const found = interaction.refused
      ? refusedProblems(interaction, catalog)
      : await givenProblems(interaction, archive, catalog);
    problems.push(...found.map((problem) => `${interaction.id}: ${problem}`));
  }
  catalog.close();
  return problems;
}

/** What was marked before it was journalled: true at any instant, also after a crash. */
export async function markedTooEarly(schedule: Schedule): Promise<string[]> {
  const catalog = await schedule.freshCatalog();
  const early = [...schedule.tenant.interactions.values()].filter(
    (one) => one.marks > 0 && !catalog.latest(one.id),
  );
  catalog.close();
  return early.map((one) => one.id);
}

function refusedProblems(interaction: ModelInteraction, catalog: Catalog): string[] {
  if (catalog.latest(interaction.id)) return ['archived though it is refused'];
  return catalog.openFailure(interaction.id)?.given_up === 1 ? [] : ['neither archived nor given up'];
}

async function givenProblems(
  interaction: ModelInteraction,
  archive: Archive,
  catalog: Catalog,
): Promise<string[]> {
  const versions = catalog.versionsSince(interaction.id, '');
  const version = versions[0];
  if (!version) return ['not archived'];
  const record = await readRecord(archive, version);
  const problems: string[] = [];
  const state = newest(interaction);
  const content = record.source?.payload['content'];
  if (content !== state.content)
    problems.push(`archived content ${JSON.stringify(content)} of ${String(state.content)}`);
  problems.push(...mediaProblems(record, state.media));
  for (const older of versions.slice(1)) {
    const lost = older.media.filter(
      ({ object_key }) => !version.media.some((medium) => medium.object_key === object_key),
    );
    if (lost.length > 0)
      problems.push(`a version lost media: ${lost.map((medium) => medium.media_id).join()}`);
  }
  if (versions.some((one, n) => one.content === versions[n + 1]?.content)) problems.push('archived twice');
  if (catalog.markOutcome(interaction.id) !== 'sent') problems.push('not marked');
  if (catalog.openFailure(interaction.id)) problems.push('a failure stayed open');
  return problems;
}

function mediaProblems(record: ArchivedRecord, expected: readonly string[]): string[] {
  return expected.flatMap((mediaId) => {
    const medium = record.media_metadata.find((one) => one.media_id === mediaId);
    const sha256 = createHash('sha256').update(mediumContent(mediaId)).digest('hex');
    return medium?.sha256 === sha256 ? [] : [`medium ${mediaId} is ${medium?.absent ?? 'missing'}`];
  });
}

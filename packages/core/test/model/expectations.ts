import { createHash } from 'node:crypto';

import type { Archive } from '../../src/archive.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Version } from '../../src/catalog/rows.ts';
import { readRecord } from '../../src/run/previous-record.ts';
import type { ArchivedRecord } from '../../src/run/record.ts';
import { mediumContent, type ModelInteraction, newest } from './model-interaction.ts';
import type { Schedule } from './schedule.ts';

/** All that is wrong with an archive after quiet weeks; empty when it keeps every promise. */
export async function brokenPromises(schedule: Schedule): Promise<string[]> {
  const archive = await schedule.archive();
  const catalog = await schedule.freshCatalog();
  const problems = [...schedule.problems];
  for (const interaction of schedule.tenant.interactions.values()) {
    const found = await problemsOf(interaction, schedule, { archive, catalog });
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

interface Kept {
  readonly archive: Archive;
  readonly catalog: Catalog;
}

async function problemsOf(
  interaction: ModelInteraction,
  { erased, tenant }: Schedule,
  kept: Kept,
): Promise<string[]> {
  const erasedAt = erased.get(interaction.id);
  const versions = kept.catalog.versionsSince(interaction.id, '');
  if (erasedAt !== undefined)
    return versions.some(({ at }) => at > erasedAt) ? ['archived though it is erased'] : [];
  if (interaction.refusal.until === Infinity) return refusedProblems(interaction, kept.catalog);
  const version = versions[0];
  if (!version) return ['not archived'];
  const record = await readRecord(kept.archive, version);
  return [
    ...contentProblems(interaction, version, record, (at) => tenant.shown(at)),
    ...mediaProblems(interaction, record),
    ...versionProblems(versions),
    ...outcomeProblems(interaction, kept.catalog),
  ];
}

/** Given up, and not before three runs and a day. */
function refusedProblems({ id }: ModelInteraction, catalog: Catalog): string[] {
  if (catalog.latest(id)) return ['archived though it is refused'];
  return catalog.openFailure(id)?.given_up === 1 ? [] : ['neither archived nor given up'];
}

function contentProblems(
  interaction: ModelInteraction,
  version: Version,
  record: ArchivedRecord,
  shown: (at: number) => string,
): string[] {
  const content = record.source?.payload['content'];
  const { content: expected } = newest(interaction);
  if (content !== expected) return [`archived content ${JSON.stringify(content)} of ${String(expected)}`];
  const times = interaction.states.filter((state) => state.content === content).map(({ at }) => shown(at));
  return times.includes(version.updated_time) ? [] : ['the update time is not the detail’s'];
}

function mediaProblems(interaction: ModelInteraction, record: ArchivedRecord): string[] {
  const { media } = newest(interaction);
  const wrong = media.flatMap((medium) => {
    const found = record.media_metadata.find((one) => one.media_id === medium.id);
    const sha256 = createHash('sha256').update(mediumContent(medium)).digest('hex');
    if (found?.removed_at_source) return [`medium ${medium.id} is said to be removed`];
    return found?.sha256 === sha256 ? [] : [`medium ${medium.id} is ${found?.absent ?? 'missing'}`];
  });
  const gone = record.media_metadata.filter((one) => !media.some(({ id }) => id === one.media_id));
  const unsaid = gone.filter((one) => !one.removed_at_source).map((one) => one.media_id);
  return [...wrong, ...unsaid.map((id) => `medium ${id} is gone, and the record does not say so`)];
}

/** Newest first: each has all that the one before had, the same object for the same bytes, and other content. */
function versionProblems(versions: readonly Version[]): string[] {
  return versions.slice(1).flatMap((older, n) => {
    const newer = versions[n];
    const problems = newer?.content === older.content ? ['archived twice'] : [];
    for (const { media_id, object_key, sha256 } of older.media) {
      const now = newer?.media.find((medium) => medium.media_id === media_id);
      if (!now) problems.push(`a version lost medium ${media_id}`);
      else if (now.sha256 === sha256 && now.object_key !== object_key)
        problems.push(`medium ${media_id} was fetched again`);
    }
    return problems;
  });
}

function outcomeProblems({ id, unmarkable }: ModelInteraction, catalog: Catalog): string[] {
  const outcome = catalog.markOutcome(id);
  return [
    ...(outcome === (unmarkable ? 'refused' : 'sent') ? [] : [`its mark is ${String(outcome)}`]),
    ...(catalog.openFailure(id) ? ['a failure stayed open'] : []),
  ];
}

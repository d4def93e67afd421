import type { JsonObject } from '@cxvault/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answer, detailPath, startTenant } from './tenant.ts';
import type { TestTenant } from './tenant.ts';

const archived: JsonObject = {
  id: 'a',
  status: 'closed',
  updated_time: '2026-01-01T00:00:00Z',
  custom_fields: [{ field_id: 'field-9', value: '' }],
  statistics: { queue_depth: 4, priority: 1 },
  participants: [
    { id: 'p1', last_seen: 1 },
    { id: 'p2', last_seen: 1 },
  ],
  media: [{ id: 'm1', playback_url: 'https://media.test/m1' }],
};

describe('the changed fields of an interaction', () => {
  let tenant: TestTenant;

  beforeEach(async () => {
    tenant = await startTenant();
  });

  afterEach(async () => {
    await tenant[Symbol.asyncDispose]();
  });

  const changedFields = async (
    now: JsonObject,
    settings: Record<string, unknown> = {},
  ): Promise<readonly string[]> => {
    tenant.on(`${detailPath}a`, answer({ ...archived, ...now }));
    const found = await (await tenant.open(settings)).fetch('a');
    if ('unavailable' in found) throw new Error('not given');
    return found.changedFields(archived);
  };

  it('are none when only what is no content has changed', async () => {
    expect(
      await changedFields({
        updated_time: '2026-02-02T00:00:00Z',
        custom_fields: [{ field_id: 'field-9', value: 'archived' }],
        media: [{ id: 'm1', playback_url: 'https://media.test/m1?signature=1' }],
      }),
    ).toEqual([]);
  });

  it('are named by their paths, one for all elements of a list', async () => {
    expect(await changedFields({ statistics: { queueDepth: 5, priority: 1 } })).toEqual([
      'statistics.queueDepth',
    ]);
    const participants = [
      { id: 'p1', last_seen: 2 },
      { id: 'p2', last_seen: 3 },
    ];
    expect(await changedFields({ participants, subject: 'new' })).toEqual([
      'participants.lastSeen',
      'subject',
    ]);
    expect(await changedFields({ participants: participants.slice(1) })).toEqual(['participants']);
  });

  it('are no longer those that the settings leave out', async () => {
    const statistics = { queue_depth: 5, priority: 1 };
    expect(await changedFields({ statistics }, { volatileFields: ['queueDepth'] })).toEqual([]);
  });
});

import type { InteractionSource } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { tracedSource } from '../src/telemetry/traced-source.ts';
import type { Telemetry } from '../src/telemetry/telemetry.ts';

const telemetry: Telemetry = {
  enabled: true,
  begin: () => ({ end: () => undefined }),
  span: (_name, _attributes, work) => work(),
  count: () => undefined,
  close: () => Promise.resolve(),
};

const unused = (): never => {
  throw new Error('not asked for');
};

const plain: InteractionSource = {
  lanes: ['update'],
  check: unused,
  now: () => 7,
  list: unused,
  fetch: unused,
  openMedia: unused,
  mark: unused,
  callCounts: () => ({}),
  close: () => Promise.resolve(),
};

describe('a traced source', () => {
  it('says of itself what the source says: how far it reaches, what it lists, what it warns of', () => {
    const source: InteractionSource = {
      ...plain,
      lanes: ['start', 'update'],
      reach: { update: { listed: 1 } },
      listsWindows: true,
      warnings: () => ['a right is missing'],
    };
    const traced = tracedSource(source, telemetry);
    expect(traced).toMatchObject({ lanes: source.lanes, reach: source.reach, listsWindows: true });
    expect(traced.warnings?.()).toEqual(['a right is missing']);
    expect(Object.keys(traced).toSorted()).toEqual(Object.keys(source).toSorted());
  });

  it('says nothing that the source does not say', () => {
    const traced = tracedSource(plain, telemetry);
    expect([traced.reach, traced.listsWindows]).toEqual([undefined, undefined]);
    expect(traced.warnings?.() ?? []).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';

import { PlatformWeeks } from './support/platform-weeks.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A few contacts that are long over, and nothing that happens by itself. */
const quiet = {
  population: { interactions: 6, spanMs: 2 * day, newestAgeMs: 3 * hour },
  media: { bytes: [1_000, 2_000] as [number, number] },
  platform: {
    playbackLimit: { requests: 0 },
    list: { visibleAfterMs: [0, 0] as [number, number] },
    contacts: {
      mediaTypes: [4 as const],
      manyLegs: 0,
      long: 0,
      edited: 0,
      purged: 0,
      lateRecording: 0,
      unlogged: 0,
      bigFile: 0,
    },
  },
};

describe('a tenant over weeks', () => {
  it('gives a call of ten hours that began before the window and ended in it', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    await weeks.run();
    weeks.clock.jump(10 * hour);
    await weeks.run(); // up to here the start of the call is covered, and it is not over
    const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 10 * hour });
    weeks.clock.jump(2 * hour);
    const report = await weeks.run();
    expect(Date.parse(report.windows.find(({ lane }) => lane === 'start')?.from ?? '')).toBeGreaterThan(
      Date.parse(weeks.truthOf(id).legs[0]?.start ?? ''),
    );
    expect((await weeks.version(id))?.media).toHaveLength(weeks.truthOf(id).media.length);
  });

  it('gives all legs of a master whose legs lie in three windows', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    await weeks.run();
    const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 5 * minute });
    for (let n = 0; n < 3; n += 1) {
      weeks.clock.jump(20 * hour);
      await weeks.run();
      if (n < 2) await weeks.edit(id, 'media-add');
    }
    const truth = weeks.truthOf(id);
    const version = await weeks.version(id);
    expect(truth.legs).toHaveLength(3);
    expect(version?.legs?.map((leg) => leg.id).sort()).toEqual(truth.legs.map((leg) => leg.id).sort());
    expect(version?.media.map(({ sha256 }) => sha256).sort()).toEqual(
      truth.media.map(({ sha256 }) => sha256).sort(),
    );
    expect(await weeks.isWhole()).toBe(true);
  });

  it.each(['missing', 'bare'])(
    'gives a recording that is ready six hours late (%s until then)',
    async (lateRecording) => {
      await using weeks = await PlatformWeeks.open(quiet);
      await weeks.run();
      const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 5 * minute, lateRecording });
      weeks.clock.jump(hour);
      const first = await weeks.run();
      expect(first.media.provisional).toBeGreaterThan(0);
      expect(first.failed_archives).toBe(0);
      weeks.clock.jump(24 * hour);
      await weeks.run();
      const { media } = weeks.truthOf(id);
      const version = await weeks.version(id);
      expect(version?.media.map(({ sha256 }) => sha256).sort()).toEqual(
        media.map(({ sha256 }) => sha256).sort(),
      );
      expect(version?.absent).toEqual([]);
    },
  );

  it('keeps a recording that was purged before a late edit, and asks no playback for the edit', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 5 * minute });
    weeks.clock.jump(hour);
    await weeks.run();
    const before = await weeks.version(id);
    await weeks.edit(id, 'media-remove');
    await weeks.edit(id, 'note');
    weeks.clock.jump(2 * hour);
    const calls = weeks.calls();
    const report = await weeks.run();
    expect(report.successful_archives).toBe(1);
    const after = await weeks.version(id);
    expect(after?.sha256).not.toBe(before?.sha256);
    expect(after?.media).toEqual(before?.media);
    expect(before?.media).not.toEqual([]);
    expect(weeks.calls(calls)).toMatchObject({ playback: 0, media: 0 });
  });

  it('asks playback again when a contact turns out to be recorded', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 5 * minute, isLogged: false });
    weeks.clock.jump(hour);
    await weeks.run();
    expect((await weeks.version(id))?.media).toEqual([]);
    await weeks.edit(id, 'logged');
    weeks.clock.jump(2 * hour);
    await weeks.run();
    expect((await weeks.version(id))?.media).toHaveLength(weeks.truthOf(id).media.length);
    expect(weeks.truthOf(id).media).not.toEqual([]);
  });

  it('asks for nothing but lists when nothing has changed but the marks', async () => {
    await using weeks = await PlatformWeeks.open({
      ...quiet,
      population: { ...quiet.population, interactions: 40 },
    });
    const first = await weeks.run();
    expect(first.marks.sent).toBeGreaterThan(0);
    weeks.clock.jump(2 * hour);
    const calls = weeks.calls();
    const second = await weeks.run();
    expect(second.successful_archives).toBe(0);
    expect(second.unchanged).toBeGreaterThanOrEqual(first.marks.sent);
    expect(weeks.calls(calls)).toMatchObject({ detail: 0, playback: 0, media: 0, mark: 0 });
  });

  it('gives all legs to a role that may not see hierarchies, and says once what is denied', async () => {
    await using weeks = await PlatformWeeks.open({
      ...quiet,
      population: { ...quiet.population, interactions: 30 },
      platform: { ...quiet.platform, contacts: { ...quiet.platform.contacts, manyLegs: 1 } },
      faults: { deniedCapabilities: ['hierarchy', 'custom-data'] },
    });
    weeks.clock.jump(3 * day);
    // a period of the past: there may be legs that its list leaves out
    const until = new Date(weeks.clock.now() - 6 * hour).toISOString();
    const report = await weeks.run({ until });
    for (const row of weeks.tenant.truthRows()) {
      const version = await weeks.version(row.id);
      expect(version?.legs?.map((leg) => leg.id).sort()).toEqual(row.legs.map((leg) => leg.id).sort());
    }
    expect(report.failed_archives).toBe(0);
    expect(report.warnings.filter((warning) => warning.includes('denied'))).toHaveLength(2);
  });

  it('finds edits of forty days in which nobody ran it, and says how', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    const id = await weeks.add({ mediaTypeId: 4, legs: 1, durationMs: 5 * minute });
    weeks.clock.jump(hour);
    await weeks.run();
    const before = await weeks.version(id);
    weeks.clock.jump(2 * day);
    await weeks.edit(id, 'note');
    weeks.clock.jump(38 * day); // the change is older than the list of changes reaches
    const report = await weeks.run();
    expect((await weeks.version(id))?.sha256).not.toBe(before?.sha256);
    expect(report.warnings.join()).toMatch(/listed again by their start/);
    weeks.clock.jump(hour);
    expect((await weeks.run()).warnings.join()).not.toMatch(/listed again/);
  });

  it('has contacts that cannot be marked, and counts them as no refusal', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    await weeks.add({ mediaTypeId: 3, legs: 1, durationMs: 5 * minute }); // chats have no business data
    weeks.clock.jump(hour);
    const { marks } = await weeks.run();
    expect(marks).toMatchObject({ sent: 6, failed: [], pending: 0 });
    expect(weeks.marks()).toMatchObject({ sent: 6, refused: 0, nothing_to_mark: 1 });
  });

  it('gives the recordings that were denied to all contacts once the right has appeared', async () => {
    await using weeks = await PlatformWeeks.open({
      ...quiet,
      faults: { deniedCapabilities: ['playback', 'files'] },
    });
    const first = await weeks.run();
    expect(first.media).toMatchObject({ archived: 0 });
    expect(first.failed_archives).toBe(0);
    weeks.tenant.configure({});
    weeks.clock.jump(day);
    await weeks.run(); // the first of a day tries one of them
    for (const row of weeks.tenant.truthRows({ hashes: true })) {
      const version = await weeks.version(row.id);
      expect(version?.media.map(({ sha256 }) => sha256).sort()).toEqual(
        row.media.map(({ sha256 }) => sha256).sort(),
      );
      expect(version?.absent).toEqual([]);
    }
  });

  it('is asked to mark a contact again when its recording has come', async () => {
    await using weeks = await PlatformWeeks.open(quiet);
    await weeks.run();
    const id = await weeks.add({
      mediaTypeId: 4,
      legs: 1,
      durationMs: 5 * minute,
      lateRecording: 'missing',
    });
    weeks.clock.jump(hour);
    await weeks.run();
    expect(weeks.marks()).toMatchObject({ nothing_to_mark: 1 });
    expect(weeks.truthOf(id).marked).toBeUndefined();
    weeks.clock.jump(24 * hour);
    await weeks.run();
    expect(weeks.marks()).toMatchObject({ refused: 0, nothing_to_mark: 0 });
    expect(weeks.truthOf(id).marked).toBe('archived');
  });
});

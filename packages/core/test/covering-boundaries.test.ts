import { describe, expect, it } from '@jest/globals';

import { CxvaultError } from '@cxvault/plugin-api';

import { readJournal } from '../src/journal.ts';
import type { EntryMark } from '../src/journal-entry.ts';
import { coverageOf } from '../src/run/coverage.ts';
import type { RunOptions } from '../src/run/options.ts';
import { planRun } from '../src/run/plan.ts';
import { runArchive } from '../src/run/run.ts';
import type { RunReport } from '../src/run/report.ts';
import { bytesOf } from './archive-builder.ts';
import { markedTooEarly } from './model/expectations.ts';
import { type ModelInteraction, newest } from './model/model-interaction.ts';
import { Schedule } from './model/schedule.ts';
import { flipped } from './tampering.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A quiet tenant of twelve interactions, all of which are given; the boundaries of the rules are tried on it. */
class Desk {
  readonly schedule = new Schedule(1, 'punctual');
  readonly tenant = this.schedule.tenant;
  readonly clock = this.schedule.clock;

  static async open(): Promise<Desk> {
    const desk = new Desk();
    desk.schedule.lookBack = {};
    await desk.schedule.start();
    desk.clock.jump(2 * hour);
    return desk;
  }

  /** A run with the usual look-back and no lag. */
  async run(options: Partial<RunOptions> = {}): Promise<RunReport> {
    const { report, error } = await this.schedule.run({ ...usual, ...options });
    if (error !== undefined) throw new Error('the run broke off', { cause: error });
    return report;
  }

  async options(): Promise<RunOptions> {
    return { ...this.schedule.base(await this.schedule.archive()), ...usual };
  }

  add(change: Partial<ModelInteraction> = {}): ModelInteraction {
    this.tenant.add();
    const added = [...this.tenant.interactions.values()].at(-1);
    if (!added) throw new Error('nothing was added');
    const given = { visibleAt: 0, mediaBrokenUntil: 0, unmarkable: false, createdAt: this.clock.now() };
    const interaction = { ...added, ...given, ...change };
    this.tenant.interactions.set(added.id, interaction);
    return interaction;
  }

  addWithMedium(change: Partial<ModelInteraction> = {}): ModelInteraction {
    const interaction = this.add(change);
    const media = [{ id: `${interaction.id}-m`, revision: 1 }];
    interaction.states.splice(0, 1, { ...newest(interaction), media });
    return interaction;
  }

  /** How often its details are fetched by the next run. */
  async fetchesBy(interaction: ModelInteraction, options: Partial<RunOptions> = {}): Promise<number> {
    const before = this.tenant.fetched.length;
    await this.run(options);
    return this.tenant.fetched.slice(before).filter((id) => id === interaction.id).length;
  }

  ago(ms: number): string {
    return new Date(this.apiNow() - ms).toISOString();
  }

  apiNow(): number {
    return this.clock.now() + this.tenant.options.skew;
  }
}

const usual: Partial<RunOptions> = { settlingLagMs: 0 };

function windowOf(report: RunReport): { readonly from: number; readonly to: number } {
  const window = report.windows[0];
  return { from: Date.parse(window?.from ?? ''), to: Date.parse(window?.to ?? '') };
}

describe('the window', () => {
  it('ends at the API’s clock when listing began, cut to whole seconds', async () => {
    const desk = await Desk.open();
    const before = desk.apiNow();
    const { to } = windowOf(await desk.run());
    expect(to).toBe(before - (before % 1_000));
    expect(Math.abs(desk.tenant.options.skew)).toBeGreaterThan(1_000);
  });

  it('ends the settling lag earlier', async () => {
    const desk = await Desk.open();
    const before = desk.apiNow() - 45 * minute;
    expect(windowOf(await desk.run({ settlingLagMs: 45 * minute })).to).toBe(before - (before % 1_000));
  });

  it('ends at our clock when the API tells no time, and the report says so', async () => {
    const desk = await Desk.open();
    desk.tenant.hasDate = false;
    const before = desk.clock.now();
    const report = await desk.run();
    expect(windowOf(report).to).toBe(before - (before % 1_000));
    expect(report.warnings.join()).toMatch(/no Date header/);
  });

  it.each([6, -6])('is refused when our clock is %d minutes off', async (minutes) => {
    const desk = await Desk.open();
    const ours = desk.clock.now();
    desk.tenant.check = () =>
      Promise.resolve({
        identity: desk.tenant.identity,
        checks: [],
        clock: { api: ours - minutes * minute, ours },
      });
    const stored = await desk.schedule.stored();
    await expect(desk.run()).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    expect(await desk.schedule.stored()).toEqual(stored);
  });

  it('is not journalled when a worker failed, whatever the moment', async () => {
    const desk = await Desk.open();
    await desk.run();
    for (let turns = 0; turns < 8; turns += 1) {
      desk.clock.jump(hour);
      const lost = desk.add();
      const fetch = desk.tenant.fetch.bind(desk.tenant);
      desk.tenant.fetch = async (id) => {
        if (id !== lost.id) return await fetch(id);
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        throw new CxvaultError('SOURCE_UNREACHABLE', 'the tenant does not answer');
      };
      const { report, error } = await desk.schedule.run({ ...usual, lookBackMs: 0 });
      expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      expect(report.windows).toEqual([]);
      desk.tenant.fetch = fetch;
      expect(await desk.fetchesBy(lost, { lookBackMs: 0 })).toBe(1);
    }
  });
});

describe('the low-water mark', () => {
  it('grows from the first run’s --since: what is older is not asked for', async () => {
    const desk = await Desk.open();
    const old = desk.add();
    desk.clock.jump(hour);
    const since = desk.ago(minute);
    const young = desk.add();
    expect(windowOf(await desk.run({ since })).from).toBe(Date.parse(since));
    desk.clock.jump(day);
    expect(windowOf(await desk.run()).from).toBe(Date.parse(since));
    expect(desk.tenant.fetched).toContain(young.id);
    expect(desk.tenant.fetched).not.toContain(old.id);
  });

  it('is listed from less two hours, and once a day less seven days', async () => {
    const desk = await Desk.open();
    expect(windowOf(await desk.run()).from).toBe(0);
    desk.clock.jump(10 * day);
    const lookBacks: number[] = [];
    let reached = windowOf(await desk.run()).to;
    for (let n = 0; n < 5; n += 1) {
      desk.clock.jump(9 * hour);
      const { from, to } = windowOf(await desk.run());
      lookBacks.push((reached - from) / hour);
      reached = to;
    }
    expect(lookBacks).toEqual([2, 2, 168, 2, 2]);
  });

  it.each<[string, Partial<RunOptions>]>([
    ['--limit', { limit: 1 }],
    ['--interaction', { interactions: ['i-0'] }],
  ])('is not moved by %s', async (_, options) => {
    const desk = await Desk.open();
    await desk.run();
    desk.clock.jump(3 * hour);
    const [first, second] = [desk.add(), desk.add()];
    expect((await desk.run(options)).windows).toEqual([]);
    await desk.run({ lookBackMs: 0 });
    expect(desk.tenant.fetched).toEqual(expect.arrayContaining([first.id, second.id]));
  });

  it('stops at a gap, and the gap is named', () => {
    const at = (n: number): string => new Date(n * hour).toISOString();
    const window = (from: number, to: number) =>
      ({ lane: 'update', from: at(from), to: at(to), at: at(to) }) as const;
    expect(coverageOf([window(3, 5), window(8, 9), window(4, 6)])).toEqual({
      origin: at(3),
      lowWaterMark: at(6),
      gaps: [{ from: at(6), to: at(8) }],
    });
  });

  it('is not moved by a dry run, which writes nothing', async () => {
    const desk = await Desk.open();
    const stored = await desk.schedule.stored();
    const plan = await planRun(await desk.options());
    expect(plan.planned).toHaveLength(12);
    expect(await desk.schedule.stored()).toEqual(stored);
    expect(await markedTooEarly(desk.schedule)).toEqual([]);
    expect((await desk.run()).successful_archives).toBe(12);
  });
});

describe('the daily look', () => {
  it('at the last seven days is not spared by a long look at an older period', async () => {
    const desk = await Desk.open();
    await desk.run();
    desk.clock.jump(20 * day);
    const { to } = windowOf(await desk.run({ since: desk.ago(hour) }));
    const until = to - 2 * day;
    await desk.run({ since: new Date(0).toISOString(), until: new Date(until).toISOString() });
    desk.clock.jump(hour);
    expect(until - windowOf(await desk.run()).from).toBe(7 * day);
  });
});

describe('an archive', () => {
  it.each(['system', 'profile', 'tenant'] as const)('refuses a run from another %s', async (part) => {
    const desk = await Desk.open();
    await desk.run();
    const stored = await desk.schedule.stored();
    desk.tenant.identity = { ...desk.tenant.identity, [part]: 'another' };
    await expect(desk.run()).rejects.toMatchObject({ code: 'ARCHIVE_OTHER_TENANT' });
    expect(await desk.schedule.stored()).toEqual(stored);
  });
});

describe('a failure', () => {
  it('is fetched by id, before the list and within --limit', async () => {
    const desk = await Desk.open();
    await desk.run();
    const failing = desk.add({ refusal: { status: 503, until: desk.clock.now() + hour } });
    expect((await desk.run()).failed_records).toMatchObject([{ interaction_id: failing.id }]);
    desk.clock.jump(3 * hour);
    failing.hiddenUntil = Infinity;
    desk.add();
    const report = await desk.run({ limit: 1 });
    expect(report.archived_records.map(({ interaction_id }) => interaction_id)).toEqual([failing.id]);
    expect(report.retried_and_succeeded).toBe(1);
  });

  it.each([
    ['three runs in less than a day', [0, 1, 22], 'open'],
    ['two runs over more than a day', [0, 25], 'open'],
    ['three runs over a day', [0, 1, 23.1], 'given up'],
  ])('of a refused interaction after %s is %s', async (_, hours, state) => {
    const desk = await Desk.open();
    await desk.run();
    const refused = desk.add({ refusal: { status: 404, until: Infinity } });
    let report: RunReport | undefined;
    for (const pause of hours) {
      desk.clock.jump(pause * hour);
      report = await desk.run();
    }
    expect([report?.failed_archives, report?.given_up]).toEqual(state === 'open' ? [1, 0] : [0, 1]);
    if (state === 'open') return;
    expect(await desk.fetchesBy(refused)).toBe(0);
    expect(await desk.fetchesBy(refused, { retryFailed: true })).toBe(1);
  });

  it('that passes is never given up', async () => {
    const desk = await Desk.open();
    const failing = desk.add({ refusal: { status: 503, until: Infinity } });
    for (let n = 0; n < 5; n += 1) {
      expect(await desk.run()).toMatchObject({ failed_archives: 1, given_up: 0 });
      desk.clock.jump(day);
    }
    expect(await desk.fetchesBy(failing)).toBeGreaterThan(0);
  });
});

describe('an update time', () => {
  it.each([
    ['59 seconds old is racy: fetched again at the next sight', 58_500, 1],
    ['61 seconds old is not', 61_000, 0],
  ])('that was %s', async (_, age, fetches) => {
    const desk = await Desk.open();
    await desk.run();
    const interaction = desk.add({ unmarkable: true });
    desk.clock.jump(age);
    await desk.run();
    desk.clock.jump(hour);
    expect(await desk.fetchesBy(interaction)).toBe(fetches);
    expect(await desk.fetchesBy(interaction)).toBe(0);
  });
});

describe('a detail that is older than its row', () => {
  it('is a passing failure', async () => {
    const desk = await Desk.open();
    const interaction = desk.add();
    await desk.run();
    desk.clock.jump(hour);
    interaction.states.push({ ...newest(interaction), at: desk.apiNow(), content: 2 });
    desk.clock.jump(2 * minute);
    desk.tenant.staleness = 1;
    expect((await desk.run()).failed_records).toEqual([
      { interaction_id: interaction.id, reason: 'stale-detail' },
    ]);
    desk.tenant.staleness = 0;
    expect(await desk.fetchesBy(interaction, { lookBackMs: 0 })).toBe(1);
  });
});

describe('an erased interaction', () => {
  it('is not marked, and its mark is not pending', async () => {
    const desk = await Desk.open();
    const interaction = desk.add();
    desk.clock.jump(minute);
    expect((await desk.run({ mark: false })).marks.pending).toBe(13);
    await desk.schedule.erase(interaction.id);
    const { sent, failed, pending } = (await desk.run()).marks;
    expect([sent + failed.length, pending]).toEqual([12, 0]);
    expect(interaction.marks).toBe(0);
    expect(desk.schedule.problems).toEqual([]);
  });
});

describe('an interaction that the source keeps no marks of', () => {
  it('is no failed mark, none that is pending, and is not tried again', async () => {
    const desk = await Desk.open();
    await desk.run();
    const interaction = desk.add();
    desk.tenant.markless.add(interaction.id);
    const tried: string[] = [];
    const { onMark } = desk.tenant;
    desk.tenant.onMark = (id) => {
      tried.push(id);
      onMark(id);
    };
    for (let run = 0; run < 3; run += 1) {
      desk.clock.jump(hour);
      expect((await desk.run()).marks).toMatchObject({ failed: [], pending: 0 });
    }
    expect(tried).toEqual([interaction.id]);
    const marks: EntryMark[] = [];
    for await (const item of readJournal(await desk.schedule.archive()))
      if ('entry' in item) marks.push(...item.entry.marks);
    expect(marks.filter(({ interaction_id }) => interaction_id === interaction.id)).toMatchObject([
      { outcome: 'refused', reason: 'not-found' },
    ]);
  });
});

describe('a run whose chain is broken', () => {
  it('covers nothing: its period is listed again', async () => {
    const desk = await Desk.open();
    const { run_id } = await desk.run();
    await desk.schedule.store.remove(`runs/${run_id}/000001.cxv`, {});
    const report = await desk.run();
    expect(report.journal_damage).not.toEqual([]);
    expect(windowOf(report).from).toBe(0);
    expect(report.successful_archives).toBeGreaterThan(0);
  });
});

describe('a failed look at what is archived already', () => {
  it('holds when the archived update time is racy', async () => {
    const desk = await Desk.open();
    const interaction = desk.add({ unmarkable: true });
    desk.clock.jump(2_000);
    await desk.run();
    const failing = { status: 503, until: desk.clock.now() + 10 * minute } as const;
    desk.tenant.interactions.set(interaction.id, { ...interaction, refusal: failing });
    expect((await desk.run()).failed_records).toHaveLength(1);
    desk.clock.jump(3 * hour);
    expect(await desk.fetchesBy(interaction, { lookBackMs: 0, since: desk.ago(minute) })).toBe(1);
  });

  it('is in the report of a run that was asked for it', async () => {
    const desk = await Desk.open();
    const interaction = desk.add();
    await desk.run();
    desk.clock.jump(hour);
    await desk.run();
    const failing = { status: 503, until: Infinity } as const;
    desk.tenant.interactions.set(interaction.id, { ...interaction, refusal: failing });
    const report = await desk.run({ interactions: [interaction.id] });
    expect(report).toMatchObject({ total_interactions: 1, successful_archives: 0, failed_archives: 1 });
  });
});

describe('an absent medium', () => {
  it('is asked for again 1, 24 and 72 hours after the end, and not in between', async () => {
    const desk = await Desk.open();
    await desk.run();
    const end = desk.clock.now();
    const without = desk.addWithMedium({ mediaReadyAt: Infinity });
    await desk.run();
    desk.clock.jump(10 * minute);
    await desk.run(); // our own mark has moved it: looked at once more
    const asked: number[] = [];
    for (const hours of [0.9, 1.1, 3, 23, 24.1, 30, 71, 72.1, 80, 200, 300]) {
      desk.clock.jump(end + hours * hour - desk.clock.now());
      if ((await desk.fetchesBy(without)) > 0) asked.push(hours);
    }
    expect(asked).toEqual([1.1, 24.1, 72.1]);
  });

  it('that was denied is asked for, however old it is, when the right to media appears', async () => {
    const desk = await Desk.open();
    desk.tenant.mediaAllowedFrom = Infinity;
    const denied = [desk.addWithMedium(), desk.addWithMedium(), desk.addWithMedium()];
    await desk.run();
    desk.clock.jump(100 * day);
    expect((await desk.run()).media.archived).toBe(0);
    desk.tenant.mediaAllowedFrom = 0;
    desk.clock.jump(day);
    expect((await desk.run()).media.archived).toBeGreaterThanOrEqual(denied.length);
    expect(await desk.fetchesBy(denied[0] ?? desk.add())).toBe(0);
  });

  it('that was denied is asked for when the source tells of the right, though the one that was tried has none', async () => {
    const desk = await Desk.open();
    await desk.run();
    desk.tenant.mediaAllowedFrom = Infinity;
    const denied = [desk.addWithMedium(), desk.addWithMedium(), desk.addWithMedium()];
    await desk.run();
    desk.clock.jump(100 * day);
    await desk.run();
    desk.clock.jump(day);
    const before = desk.tenant.missing.length;
    const fetch = desk.tenant.fetch.bind(desk.tenant);
    desk.tenant.fetch = async (id, options) => {
      const fetched = await fetch(id, options);
      if (desk.tenant.missing.length > before + 1 || 'unavailable' in fetched) return fetched;
      desk.tenant.mediaAllowedFrom = 0;
      return { ...fetched, media: [], allowed: true };
    };
    await desk.run();
    await desk.run({ interactions: [denied[0]?.id ?? ''] });
    const asked = desk.tenant.missing.slice(before);
    expect(asked.slice(0, 3).sort()).toEqual(denied.map(({ id }) => [`${id}-m`]));
    expect(asked.slice(3)).toEqual([undefined]);
  });

  it('that was denied is asked for once, also when the right appears to a run that is due to ask', async () => {
    const desk = await Desk.open();
    await desk.run();
    desk.tenant.mediaAllowedFrom = Infinity;
    const denied = Array.from({ length: 12 }, () => desk.addWithMedium());
    await desk.run();
    desk.clock.jump(100 * minute);
    await desk.run();
    desk.tenant.mediaAllowedFrom = 0;
    desk.clock.jump(30 * hour);
    const before = desk.tenant.fetched.length;
    expect((await desk.run()).media.archived).toBe(denied.length);
    expect(desk.tenant.fetched.slice(before).sort()).toEqual(denied.map(({ id }) => id).sort());
  });

  it('that was denied is not taken for given because an older one was kept in its place', async () => {
    const desk = await Desk.open();
    const replaced = desk.addWithMedium();
    await desk.run();
    desk.tenant.mediaAllowedFrom = Infinity;
    for (let n = 0; n < 5; n += 1) desk.addWithMedium();
    const media = [{ id: `${replaced.id}-m`, revision: 2 }];
    replaced.states.push({ ...newest(replaced), at: desk.apiNow(), content: 2, media });
    desk.clock.jump(2 * minute);
    await desk.run();
    replaced.states.push({ ...newest(replaced), at: desk.apiNow(), content: 3 });
    desk.clock.jump(100 * day);
    await desk.run();
    expect((await versionOf(desk, replaced)).absent).toMatchObject([{ code: 'denied' }]);
    const before = desk.tenant.fetched.length;
    replaced.states.push({ ...newest(replaced), at: desk.apiNow(), content: 4 });
    desk.clock.jump(2 * minute);
    await desk.run();
    expect(desk.tenant.fetched.slice(before).length).toBeLessThanOrEqual(2);
  });

  it('that was denied is not taken for given because it has gone, or because another one came', async () => {
    for (const change of ['gone', 'another'] as const) {
      const desk = await Desk.open();
      const changed = desk.addWithMedium();
      for (let n = 0; n < 5; n += 1) desk.addWithMedium();
      desk.tenant.mediaAllowedFrom = Infinity;
      await desk.run();
      desk.clock.jump(100 * day);
      await desk.run();
      const open = desk.tenant.openMedia.bind(desk.tenant);
      desk.tenant.openMedia = (id, medium) => {
        desk.tenant.mediaAllowedFrom = medium.mediaId === 'other' ? 0 : Infinity;
        return open(id, medium);
      };
      const media = change === 'gone' ? [] : [...newest(changed).media, { id: 'other', revision: 1 }];
      changed.states.push({ ...newest(changed), at: desk.apiNow(), content: 2, media });
      desk.clock.jump(2 * minute);
      const before = desk.tenant.fetched.length;
      const report = await desk.run();
      expect(report).toMatchObject({ successful_archives: 1, media: { archived: media.length > 0 ? 1 : 0 } });
      expect(desk.tenant.fetched.slice(before).filter((id) => id !== changed.id)).toEqual([]);
    }
  });

  it('that was denied costs the first idle run of a day one look, and no entry', async () => {
    const desk = await Desk.open();
    desk.tenant.mediaAllowedFrom = Infinity;
    for (let n = 0; n < 5; n += 1) desk.addWithMedium();
    await desk.run();
    desk.clock.jump(100 * day);
    await desk.run();
    desk.clock.jump(day);
    const before = desk.tenant.fetched.length;
    const stored = await desk.schedule.stored();
    const report = await desk.run();
    expect(desk.tenant.fetched.length - before).toBe(1);
    expect(report).toMatchObject({ total_interactions: 0, failed_archives: 0 });
    // the final entry and the report
    expect(await desk.schedule.stored()).toHaveLength(stored.length + 2);
    await desk.run();
    expect(desk.tenant.fetched.length - before).toBe(1);
  });

  it('that replaces an archived one leaves that in the new version until it is there itself', async () => {
    const desk = await Desk.open();
    const interaction = desk.addWithMedium();
    await desk.run();
    desk.clock.jump(hour);
    const now = newest(interaction);
    const media = [{ id: `${interaction.id}-m`, revision: 2 }];
    interaction.states.push({ ...now, at: desk.apiNow(), content: 2, media });
    const before = await versionOf(desk, interaction);
    desk.clock.jump(2 * minute);
    await desk.run({ media: false });
    const without = await versionOf(desk, interaction);
    expect(without.media).toEqual(before.media);
    expect(without.absent).toMatchObject([{ code: 'skipped' }]);
    await desk.run();
    const after = await versionOf(desk, interaction);
    expect(after.absent).toEqual([]);
    expect(after.media).not.toEqual(before.media);
  });
});

describe('a field that changes all the time', () => {
  it.each([
    ['three versions in a day', [1, 2], 1],
    ['two versions', [1], 0],
    ['three versions in more than a day', [1, 24], 0],
  ])('is named after %s', async (_, hours, warnings) => {
    const desk = await Desk.open();
    const interaction = desk.addWithMedium();
    await desk.run();
    const told: string[] = [];
    let report: RunReport | undefined;
    for (const [n, pause] of hours.entries()) {
      desk.clock.jump(pause * hour);
      interaction.states.push({ ...newest(interaction), at: desk.apiNow(), content: n + 2 });
      desk.clock.jump(2 * minute);
      report = await desk.run({ onWarning: (message) => told.push(message) });
    }
    expect(told).toHaveLength(warnings);
    expect(report?.warnings).toEqual(told);
    for (const message of told) {
      expect(message).toMatch(new RegExp(`^${interaction.id} has three versions .* only content differs`));
      expect(message).toContain('add "content" to the setting cxone.volatileFields');
    }
  });
});

async function versionOf({ schedule }: Desk, { id }: ModelInteraction) {
  const catalog = await schedule.freshCatalog();
  const version = catalog.latest(id);
  catalog.close();
  if (!version) throw new Error(`${id} is not archived`);
  return version;
}

describe('a damaged record', () => {
  it('is archived anew, with its media, by a run that is asked for it', async () => {
    const desk = await Desk.open();
    const interaction = desk.addWithMedium();
    await desk.run();
    desk.clock.jump(hour);
    await desk.run();
    const damaged = await versionOf(desk, interaction);
    const bytes = await bytesOf(desk.schedule.store, damaged.segment);
    await desk.schedule.store.put(damaged.segment, flipped(bytes, 100, 1), {});
    const { report } = await desk.schedule.run({ interactions: [interaction.id] });
    expect(report.archived_records).toMatchObject([{ interaction_id: interaction.id }]);
    expect((await versionOf(desk, interaction)).media).toHaveLength(1);
  });
});

describe('a run', () => {
  it('that is refused at the start has written nothing', async () => {
    const desk = await Desk.open();
    const stored = await desk.schedule.stored();
    const checks = [{ name: 'scopes', state: 'missing', detail: 'not granted: recordings:read' }] as const;
    desk.tenant.check = () => Promise.resolve({ identity: desk.tenant.identity, checks });
    await expect(runArchive(await desk.options())).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
    expect(await desk.schedule.stored()).toEqual(stored);
  });
});

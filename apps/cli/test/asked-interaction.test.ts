import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedDesk } from './simulated-desk.ts';

const interactions = 3;
const archive = ['--archive', 'archive', '--key-file', 'key'];

interface Report {
  readonly failed_records: { readonly interaction_id: string; readonly reason: string }[];
  readonly archived_records: { readonly interaction_id: string }[];
}

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
  });
  await desk.run(['init', ...archive]);
});
afterAll(async () => {
  await desk.close();
});

describe('run --interaction with a mistyped id', () => {
  it.each([
    ['that CXone does not know', 'no-such-interaction', /^not-found/],
    ['that cannot be one', '..', /^refused/],
  ])('%s fails that run by name, and leaves nothing for the next ones', async (_, id, reason) => {
    const asked = await desk.json(['run', ...archive, '--interaction', id], desk.source);
    expect({ code: asked.code, document: asked.document }).toMatchObject({
      code: 3,
      document: {
        total_interactions: 1,
        failed_archives: 1,
        success_rate: '0.00%',
        failed_records: [{ interaction_id: id, reason: expect.stringMatching(reason) as unknown }],
      },
    });
    desk.simulator.advance(120_000); // marks are changes too, and a run waits until changes are a minute old
    const next = await desk.json(['run', ...archive], desk.source);
    expect({ code: next.code, document: next.document }).toMatchObject({
      code: 0,
      document: { failed_archives: 0, failed_records: [] },
    });
    expect((await desk.json(['verify', ...archive])).code).toBe(0);
  });

  it('archives the right ones of a list', async () => {
    await desk.run(['init', '--archive', 'other', '--key-file', 'key']);
    const other = ['--archive', 'other', '--key-file', 'key'];
    const plan = await desk.json(['run', ...other, '--dry-run'], desk.source);
    const [first] = (plan.document as { planned: { interaction_id: string }[] }).planned;
    const id = first?.interaction_id ?? '';
    const { code, document } = await desk.json(
      ['run', ...other, '--interaction', id, '--interaction', `${id}0`],
      desk.source,
    );
    const { archived_records, failed_records } = document as Report;
    expect(code).toBe(3);
    expect(archived_records).toMatchObject([{ interaction_id: id }]);
    expect(failed_records).toMatchObject([{ interaction_id: `${id}0` }]);
  });
});

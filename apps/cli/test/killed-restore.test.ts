import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedDesk } from './simulated-desk.ts';

const archive = ['--archive', 'archive', '--key-file', 'key'];
const restore = ['restore', ...archive, '--all', '--out', 'out'];

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions: 4 },
    media: { kind: 'wav', perInteraction: 1, bytes: [16_000_000, 16_000_000] },
  });
  await desk.run(['init', ...archive]);
  await desk.run(['run', ...archive], desk.source);
});
afterAll(async () => {
  await desk.close();
});

/** What has no name yet below the output folder: parts of restored files, and whose they are. */
async function parts(): Promise<string[]> {
  const names = await readdir(desk.path('out'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.includes('.cxvault-part'));
}

/** The name of a part that holds some of a recording already. */
async function recordingPart(): Promise<string | undefined> {
  for (const name of await parts()) {
    const found = await stat(join(desk.path('out'), name)).catch(() => undefined);
    if (found?.isFile() === true && found.size > 100_000) return name;
  }
  return undefined;
}

describe('a restore that was killed', () => {
  it('leaves a part of a recording, which the next one removes, whatever that one restores', async () => {
    const child = desk.start(restore);
    const ended = once(child, 'exit');
    while ((await recordingPart()) === undefined && child.exitCode === null) await turn();
    child.kill('SIGKILL');
    await ended;
    expect(await recordingPart()).toBeDefined();
    const other = await desk.run(['restore', ...archive, '--interaction', 'none-such', '--out', 'out']);
    expect(other.code).toBe(3);
    expect(await parts()).toEqual([]);
    const again = await desk.json(restore);
    expect(again).toMatchObject({ code: 0, document: { interactions: 4, failed: [] } });
    expect(await parts()).toEqual([]);
  });
});

// `npm run bench -- [--rounds N] [--interactions N] [--recordings N] [--only NAME] [--folder DIR] [--json FILE]`
// The CLI as it is built, against the simulator in a process of its own on the same machine, budgets off.
import { writeFileSync } from 'node:fs';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { markdownTable, summarise } from './results.ts';
import { scenarios } from './scenarios.ts';
import type { Reading, Scenario } from './scenarios.ts';
import { startSimulatorProcess } from './simulator-process.ts';
import { makeWorkplace } from './workplace.ts';

const options = readOptions(process.argv.slice(2));
const chosen = scenarios(options).filter(
  ({ name }) => options.only.length === 0 || options.only.includes(name),
);

async function round({ tenant, round: measureRound }: Scenario): Promise<Reading[]> {
  await using simulator = await startSimulatorProcess(tenant);
  await using workplace = await makeWorkplace(options.folder);
  return await measureRound({
    ...workplace,
    env: { ...workplace.env, CXONE_API_BASE: simulator.url },
  });
}

const readings: Reading[] = [];
for (const scenario of chosen) {
  for (let number = 1; number <= options.rounds; number++) {
    const news = await round(scenario);
    readings.push(...news);
    for (const { name, value, unit, measurement } of news) {
      console.error(
        `${name}, round ${number}: ${value.toFixed(0)} ${unit} (${measurement.seconds.toFixed(1)} s, processor ${measurement.used.cpuSeconds.toFixed(1)} s)`,
      );
    }
  }
}

const results = summarise(readings);
const machine = describeMachine();
console.log(`${machine}\n\n${markdownTable(results)}`);
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ machine, results }, null, 2));

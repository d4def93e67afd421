// Starts the servers that archives can be tried on: node tools/servers/main.ts
// Those that are not on the PATH and cannot be built are run by docker compose; it says which it could not start.
// Ctrl-C ends them. With --check it ends at once.
import { once } from 'node:events';

import { startComposed } from './compose.ts';
import { knownServers } from './known-servers.ts';
import type { KnownServer, RunningServer } from './known-servers.ts';

const running: RunningServer[] = [];
for (const server of knownServers) {
  const started = await startedAnyhow(server);
  if (started === undefined) continue;
  running.push(started);
  const env = Object.entries(started.env).map(([name, value]) => `\n  export ${name}='${value}'`);
  console.info(`${server.name}:${env.join('')}\n  --archive '${started.archive}'`);
}

if (running.length === 0) process.exitCode = 1;
else if (!process.argv.includes('--check')) {
  console.info('Ctrl-C ends them.');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
await Promise.all(running.map((server) => server.stop()));

async function startedAnyhow(server: KnownServer): Promise<RunningServer | undefined> {
  const problems: string[] = [];
  for (const start of [() => server.start(), () => composed(server)]) {
    try {
      return await start();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  console.info(`no ${server.name}: ${problems.join('; ')}`);
  return undefined;
}

async function composed({ name, composed: { url, prepare, ...use } }: KnownServer): Promise<RunningServer> {
  const stop = await startComposed(name, url);
  try {
    await prepare?.();
    return { ...use, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

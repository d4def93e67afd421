// A registry on this machine, for tests: prints its address, and ends with SIGTERM. node tools/packages/registry.ts DIR
// Packages of ours are only here; everything else comes from the registry that npm is configured with.
import { execFileSync } from 'node:child_process';
import { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runServer } from 'verdaccio';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('name a folder for the packages');
const npmCli = fileURLToPath(new URL('../../node_modules/npm/bin/npm-cli.js', import.meta.url));
const upstream = execFileSync(process.execPath, [npmCli, 'config', 'get', 'registry'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});

const here = { access: '$all', publish: '$all', unpublish: '$all' };
const server: unknown = await runServer({
  storage: join(folder, 'storage'),
  configPath: join(folder, 'config.yaml'),
  uplinks: { upstream: { url: upstream.trim(), maxage: '60m' } },
  packages: {
    '@cxvault/*': here,
    cxvault: here,
    'cxvault-storage-*': here,
    '**': { ...here, proxy: 'upstream' },
  },
  security: { api: { legacy: true } },
  log: { type: 'stdout', format: 'pretty', level: 'fatal' },
});
if (!(server instanceof Server)) throw new Error('verdaccio gave no server');
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.info(`http://127.0.0.1:${address.port}/`);
});
process.once('SIGTERM', () => process.exit());

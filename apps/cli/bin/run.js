#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: it says what is wrong there instead of failing over new syntax.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const neededNode = 24;
const root = fileURLToPath(new URL('..', import.meta.url));

function refuse(code, message, hint) {
  if (process.argv.includes('--json')) {
    process.stdout.write(JSON.stringify({ error: { code, message, hint, exit: 2 } }, null, 2) + '\n');
  } else {
    process.stderr.write('error: ' + message + '\nhint:  ' + hint + '\n');
  }
  process.exitCode = 2;
}

if (Number(process.versions.node.split('.')[0]) < neededNode) {
  refuse(
    'USAGE',
    'cxvault needs Node ' + neededNode + ' or newer, and this is Node ' + process.versions.node,
    'install Node ' +
      neededNode +
      ' (https://nodejs.org), or run it with the one in this project: node_modules/.bin/node ' +
      process.argv[1],
  );
} else if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  refuse('USAGE', 'cxvault is not built yet', 'run: npm run build');
} else {
  import('../dist/main.js').then((program) => program.main(process.argv.slice(2), root));
}

#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: it says what is wrong there instead of failing over new syntax.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

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

// Node takes several times the memory that is in use before it looks for what is not: too much for a small machine
// that runs this beside other things. What can be chosen at the start of a process only is the reason to start again,
// under the same pid. docs/decisions/0009 has the figures, and what else was tried.
function keepMemorySmall() {
  setFlagsFromString('--heap-growing-percent=150');
  const nursery = '--max-semi-space-size';
  const options = process.execArgv.concat(process.env.NODE_OPTIONS || '');
  if (process.execve === undefined || options.some((option) => option.includes(nursery))) return;
  const args = [process.argv0, nursery + '=4'].concat(process.execArgv, process.argv.slice(1));
  try {
    process.execve(process.execPath, args, { MALLOC_ARENA_MAX: '2', ...process.env });
  } catch {
    // not possible here: it works all the same, with more memory
  }
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
  keepMemorySmall();
  import('../dist/main.js').then((program) => program.main(process.argv.slice(2), root));
}

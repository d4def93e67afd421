// Makes the Python environment of the integration tests, once: node_modules/.cache/python.
// Plain JavaScript like tools/bootstrap.mjs, which it follows.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const folder = 'node_modules/.cache/python';
const requirements = 'tools/python/requirements.txt';
const stampFile = `${folder}/cxvault-requirements.txt`;
const wanted = readFileSync(requirements, 'utf8');

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(`${folder}/bin/python`, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ]);
  writeFileSync(stampFile, wanted);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) console.error(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

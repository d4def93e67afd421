// Writes what is generated from the code, or says with --check which of it is not current.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { commandSnapshot } from './command-snapshot.ts';
import { configJsonSchema } from './config-json-schema.ts';
import { errorTable } from './error-table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each generated file, and what belongs into it. */
const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  'apps/cli/cxvault.config.schema.json': configJsonSchema,
  'apps/cli/commands.snapshot.json': () => commandSnapshot(`${root}apps/cli`),
  'docs/errors.md': errorTable,
};

const check = process.argv.includes('--check');
for (const [file, make] of Object.entries(generated)) {
  const path = root + file;
  const options = await resolveConfig(path);
  const text = await format(await make(), { ...options, filepath: path });
  if (!check) {
    await writeFile(path, text);
  } else if (text !== (await readFile(path, 'utf8').catch(() => ''))) {
    process.exitCode = 1;
    process.stderr.write(
      `${file} is not what the code says now: look at the change, and run npm run generate\n`,
    );
  }
}

// Makes a storage plugin that works, from a template: npm run new:storage NAME [-- --out DIR]
import { parseArgs } from 'node:util';
import { makePlugin } from './make-plugin.ts';

const usage = 'npm run new:storage NAME, or outside of this workspace: npm run new:storage NAME -- --out DIR';

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new Error(`give one name: ${usage}`);
  // npm runs scripts in the project's folder; who typed the command meant their own.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const made = await makePlugin({ name, from, ...(values.out && { out: values.out }) });
  console.info(
    `${made.package} is in ${made.folder}\n\nNext:\n${made.next.map((line) => `  ${line}\n`).join('')}`,
  );
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { errorCatalogue } from '@cxvault/plugin-api';

const root = fileURLToPath(new URL('..', import.meta.url));
const catalogues = /(errors|exit-codes|error-hints)\.ts$/;

function textOf(pattern: string): string {
  const files = globSync(pattern, { cwd: root }).filter(
    (file) => !catalogues.test(file) || file.includes('store'),
  );
  return files.map((file) => readFileSync(root + file, 'utf8')).join('\n');
}

it('every error that is thrown is named in a test', () => {
  const sources = textOf('{packages,apps}/*/src/**/*.ts');
  const tests = textOf('{{packages,apps}/*/test,test}/**/*.test.ts');
  const thrown = Object.keys(errorCatalogue).filter((code) => sources.includes(`'${code}'`));
  expect(thrown.length).toBeGreaterThan(25); // or the search would be worth nothing
  expect(thrown.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual([]);
});

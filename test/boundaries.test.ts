import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';

/** The linter with the workspace's own configuration, on texts that stand in for the named file. */
let eslint: ESLint;

beforeAll(() => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  eslint = new ESLint({ cwd, ruleFilter: ({ ruleId }) => watchedRules.includes(ruleId) });
});

const watchedRules = [
  'boundaries/dependencies',
  '@typescript-eslint/no-restricted-imports',
  'no-restricted-syntax',
];

async function rulesBrokenBy(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const floor = 'boundaries/dependencies';

describe('the floors of the house', () => {
  it.each([
    ['packages/plugin-api/src/secret.ts', `export * from '@cxvault/core';`],
    ['packages/plugin-api/src/secret.ts', `export * from '../../core/src/layout.ts';`],
    ['packages/crypto-codec/src/index.ts', `export * from '@cxvault/core';`],
    ['packages/core/src/index.ts', `export * from '@cxvault/cxone-connector';`],
    ['packages/core/src/index.ts', `export * from '../../storage-fs/src/index.ts';`],
    ['packages/core/src/index.ts', `export type * from 'cxvault';`],
    ['packages/core/src/index.ts', `export * from '@cxvault/storage-testkit';`],
    ['packages/storage-fs/src/index.ts', `export * from '@cxvault/core';`],
    ['packages/storage-fs/src/index.ts', `export * from '../../storage-s3/src/index.ts';`],
    ['packages/storage-s3/src/index.ts', `export const core = await import('@cxvault/core');`],
    ['packages/storage-azure/src/index.ts', `export * from '../../storage-s3/src/index.ts';`],
    ['packages/storage-gcs/src/index.ts', `export * from '../../storage-s3/src/index.ts';`],
    ['packages/cxone-connector/src/index.ts', `export type * from '@cxvault/crypto-codec';`],
    ['packages/cxone-connector/src/index.ts', `export * from '@cxvault/storage-fs';`],
    ['apps/cxone-simulator/src/index.ts', `export type * from '@cxvault/plugin-api';`],
    ['apps/cli/src/index.ts', `export * from '@cxvault/cxone-simulator';`],
  ])('%s: %s', async (file, text) => {
    expect(await rulesBrokenBy(file, text)).toEqual([floor]);
  });

  it.each([
    ['packages/core/src/index.ts', `export * from '@cxvault/crypto-codec';`],
    ['packages/storage-s3/src/index.ts', `export * from '@cxvault/plugin-api';`],
    ['apps/cli/src/index.ts', `export * from '@cxvault/storage-s3';`],
  ])('allow %s: %s', async (file, text) => {
    expect(await rulesBrokenBy(file, text)).toEqual([]);
  });
});

describe("a cloud's SDK", () => {
  it.each([
    [`export * from '@aws-sdk/client-s3';`, '@typescript-eslint/no-restricted-imports'],
    [`export type * from '@azure/storage-blob';`, '@typescript-eslint/no-restricted-imports'],
    [`export const sdk = await import('@google-cloud/storage');`, 'no-restricted-syntax'],
    [`export type * from 'google-auth-library';`, '@typescript-eslint/no-restricted-imports'],
    [`export const login = await import('google-auth-library');`, 'no-restricted-syntax'],
  ])('is refused outside of client.ts: %s', async (text, rule) => {
    expect(await rulesBrokenBy('packages/storage-s3/src/index.ts', text)).toEqual([rule]);
  });
});

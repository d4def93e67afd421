/** What `npm test` runs: everything that needs no server from outside npm. */
export default {
  testMatch: ['<rootDir>/{packages,apps}/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.integration\\.test\\.ts$'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@cxvault/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/.nx/', '/tools/new-storage/template/'],
  maxWorkers: 2,
  // Real processes on a busy machine take their time; what hangs still ends.
  testTimeout: 30_000, // ms
};

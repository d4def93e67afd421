import base from './jest.config.js';

/** What `npm run test:integration` runs: real servers that need Go or Debian packages. */
export default {
  ...base,
  testMatch: ['<rootDir>/{packages,apps,test}/**/*.integration.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

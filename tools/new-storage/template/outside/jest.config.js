/** The tests run as they were compiled. */
export default { testMatch: ['<rootDir>/dist/test/**/*.test.js'], testEnvironment: 'node', transform: {} };

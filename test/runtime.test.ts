import { expect, it } from '@jest/globals';

it('tests run on the Node that the workspace installs, whatever the system has', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
});

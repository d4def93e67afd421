import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('../tools/generate/main.ts', import.meta.url));

it('the files that are generated are what the code says', async () => {
  const args = ['--conditions=@cxvault/source', script, '--check'];
  // When this fails: look at what the message names, and run npm run generate.
  const ended = promisify(execFile)(process.execPath, args);
  expect(await ended.catch((error: unknown) => error)).toEqual({ stdout: '', stderr: '' });
});

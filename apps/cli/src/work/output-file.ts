import { link, open, rm } from 'node:fs/promises';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';

/**
 * Writes a file for its owner only: whole under its name, or not at all. Throws `USAGE` when the name is taken,
 * `OUTPUT_FAILED` when the disk or folder fails, and what the content throws.
 */
export async function writeOutput(file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.part`;
  const handle = await output(file, () => open(temporary, 'wx', 0o600));
  try {
    try {
      for await (const chunk of content) await output(file, () => handle.writeFile(chunk));
      await output(file, () => handle.sync());
    } finally {
      await handle.close();
    }
    // Unlike rename, link fails when there is a file of that name.
    await output(file, () => link(temporary, file));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function output<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const reason = String(property(cause, 'code'));
    if (reason === 'EEXIST') {
      throw new CxvaultError('USAGE', 'the output file exists', {
        context: { file },
        hint: 'give another name, or remove it first',
        cause,
      });
    }
    throw new CxvaultError('OUTPUT_FAILED', 'the output could not be written', {
      context: { file, reason },
      hint:
        reason === 'ENOSPC'
          ? 'free some space, or write to another disk'
          : 'check the folder and its permissions',
      cause,
    });
  }
}

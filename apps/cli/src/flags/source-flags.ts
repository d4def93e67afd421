import { Flags } from '@oclif/core';

/** Which of CXone's APIs is read. */
export const sourceFlags = {
  profile: Flags.option({
    helpGroup: 'SOURCE',
    options: ['interactions', 'platform'] as const,
    summary: 'Which API of CXone to read (default: interactions).',
  })(),
};

import { Flags } from '@oclif/core';
import { archiveFlags, periodFlags, unlockFlags } from './archive-flags.ts';

/** The flags of `verify`. */
export const verifyFlags = {
  ...archiveFlags,
  ...unlockFlags,
  depth: Flags.option({
    options: ['structure', 'checksum', 'sample', 'full'] as const,
    helpGroup: 'DEPTH',
    summary: 'How deep to look (default: full).',
  })(),
  sample: Flags.string({
    helpGroup: 'DEPTH',
    helpValue: 'PERCENT',
    summary: 'Look at a random share in full depth, for example 5%.',
  }),
  'max-age': Flags.string({
    helpGroup: 'DEPTH',
    helpValue: 'DURATION',
    summary: 'Skip what a verify on this machine proved within this time, for example 7d.',
  }),
  'expect-tip': Flags.string({
    helpGroup: 'DEPTH',
    helpValue: 'SHA256',
    summary: 'A journal tip that must be there: the one that a run or an earlier verify printed.',
  }),
  'public-only': Flags.boolean({
    helpGroup: 'DEPTH',
    summary: 'Without any key: sizes, headers and checksums only.',
  }),
  format: Flags.option({
    options: ['cxv', 'envelope'] as const,
    helpGroup: 'ARCHIVE',
    summary: "envelope: a folder of the tutorial's envelopes instead of an archive.",
  })(),
  ...periodFlags,
  'metrics-file': Flags.file({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    summary: 'Keep metrics for Prometheus in this file.',
  }),
  html: Flags.file({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    summary: 'Write the result there as one page with charts that needs nothing from the network.',
  }),
};

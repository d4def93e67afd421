import { Flags } from '@oclif/core';
import { periodFlags, retentionFlags, unlockFlags } from './archive-flags.ts';
import { sourceFlags } from './source-flags.ts';

/** The flags of `run`. None has a default here: an unset flag lets the configuration file speak. */
export const runFlags = {
  archive: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'ARCHIVE',
    helpValue: 'URL',
    summary: 'Path or URL of the archive (env: CXVAULT_ARCHIVE); given several times: of each copy of it.',
  }),
  ...unlockFlags,
  ...sourceFlags,
  ...periodFlags,
  limit: Flags.integer({
    min: 1,
    helpGroup: 'CHOICE',
    helpValue: 'N',
    summary: 'Archive at most this many; the rest is left to later runs.',
  }),
  interaction: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    exclusive: ['since', 'until', 'limit'],
    helpGroup: 'CHOICE',
    helpValue: 'ID',
    summary: 'Only this interaction; may be given several times.',
  }),
  'retry-failed': Flags.boolean({
    helpGroup: 'CHOICE',
    summary: 'Try again what earlier runs gave up.',
  }),
  media: Flags.boolean({
    allowNo: true,
    helpGroup: 'CHOICE',
    summary: 'Archive recordings and other media (default: yes).',
  }),
  mark: Flags.boolean({
    allowNo: true,
    helpGroup: 'CHOICE',
    summary: 'Mark in CXone what is archived (default: yes).',
  }),
  format: Flags.option({
    options: ['cxv', 'envelope'] as const,
    helpGroup: 'WORK',
    summary: "envelope: the tutorial's way; records only, no journal, everything each time.",
  })(),
  'dry-run': Flags.boolean({
    exclusive: ['report', 'report-records', 'html', 'metrics-file'],
    helpGroup: 'WORK',
    summary: 'List what a run would do; write and mark nothing.',
  }),
  compression: Flags.option({
    options: ['zstd', 'none'] as const,
    helpGroup: 'WORK',
    summary: 'How objects are compressed (default: zstd).',
  })(),
  ...retentionFlags,
  every: Flags.string({
    exclusive: ['dry-run', 'interaction', 'until'],
    helpGroup: 'WORK',
    helpValue: 'DURATION',
    summary: 'Stay, and look for new interactions this often, for example 1m; SIGTERM ends it.',
  }),
  concurrency: Flags.integer({
    min: 1,
    max: 256,
    helpGroup: 'WORK',
    helpValue: 'N',
    summary: 'Interactions under way at once (default: 16).',
  }),
  report: Flags.file({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    summary: 'Write the completion report there as JSON, also when the run breaks off.',
  }),
  'metrics-file': Flags.file({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    summary: 'Keep metrics for Prometheus in this file.',
  }),
  'report-records': Flags.option({
    options: ['all', 'failed', 'none'] as const,
    helpGroup: 'REPORT',
    summary: 'Which interactions the report lists (default: all).',
  })(),
  html: Flags.file({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    summary: 'Write the report there as one page with charts that needs nothing from the network.',
  }),
};

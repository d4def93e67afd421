import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, periodFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentVerify } from '../present/verify.ts';
import type { VerifyReport } from '../work/verify.ts';

/** `cxvault verify` */
export class Verify extends BaseCommand {
  static override summary = 'Prove the archive whole by reading it back.';
  static override description =
    'Names every damaged object, what is wrong with it and the interactions that it costs (exit code 3). Goes on ' +
    'after damage, and where an interrupted verify stopped. Writes nothing to the archive.';
  static override examples = [
    {
      description: 'Everything, down to each record and medium:',
      command: '<%= config.bin %> verify --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'A twentieth, every day, for a monitoring system:',
      command: '<%= config.bin %> verify --archive s3://my-bucket/cxone/archives --sample 5% --json',
    },
  ];
  static override flags = {
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
  };

  override async run(): Promise<VerifyReport> {
    const { flags } = await this.parse(Verify);
    const { verify } = await import('../work/verify.ts');
    const { report, exit } = await verify(await this.begin(flags), flags);
    this.show(presentVerify(report, flags));
    process.exitCode = exit;
    return report;
  }
}

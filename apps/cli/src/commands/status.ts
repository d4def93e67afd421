import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentStatus } from '../present/status.ts';
import type { ArchiveStatus } from '../work/status.ts';

/** `cxvault status` */
export class Status extends BaseCommand {
  static override summary = 'Tell what the archive covers and holds, and what is open.';
  static override description =
    'Covered periods and gaps, counts, bytes, failures, marks, the last run and verify, and leftovers. Only reads, and ' +
    'needs no lock: a run may go on meanwhile. Exit code 3: the journal is damaged, or objects that it names are gone.';
  static override examples = [
    { description: 'How the archive stands:', command: '<%= config.bin %> status --archive ./archive' },
    {
      description: 'For a monitoring system, without listing the whole bucket:',
      command: '<%= config.bin %> status --archive s3://my-bucket/cxone/archives --no-leftovers --json',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    leftovers: Flags.boolean({
      allowNo: true,
      default: true,
      helpGroup: 'CHOICE',
      summary: 'List the store, for leftovers and for objects that are gone (default: yes).',
    }),
  };

  override async run(): Promise<ArchiveStatus> {
    const { flags } = await this.parse(Status);
    const { status } = await import('../work/status.ts');
    const { report, exit } = await status(await this.begin(flags), flags);
    this.show(presentStatus(report, flags));
    process.exitCode = exit;
    return report;
  }
}

import { BaseCommand } from '../base-command.ts';
import { archiveFlags, unlockFlags } from '../flags/archive-flags.ts';
import { sourceFlags } from '../flags/source-flags.ts';
import { presentDoctor } from '../present/doctor.ts';
import type { DoctorResult } from '../work/doctor.ts';

/** `cxvault doctor` */
export class Doctor extends BaseCommand {
  static override summary = 'Check everything that a run needs, and say how to mend what is missing.';
  static override description =
    'Settings, login, rights, marker field, store rights, archive and key, clock; on the profile platform, each API ' +
    'that a role may lack. Changes nothing in the archive and nothing in CXone. The exit code is that of the first ' +
    'failed check.';
  static override examples = [
    {
      description: 'Before the first run:',
      command: '<%= config.bin %> doctor --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'For a monitoring system:',
      command: '<%= config.bin %> doctor --archive s3://my-bucket/cxone/archives --json',
    },
  ];
  static override flags = { ...archiveFlags, ...unlockFlags, ...sourceFlags };

  override async run(): Promise<DoctorResult> {
    const { flags } = await this.parse(Doctor);
    const { doctor } = await import('../work/doctor.ts');
    const { result, exit } = await doctor(() => this.begin(flags), flags);
    this.show(presentDoctor(result));
    process.exitCode = exit;
    return result;
  }
}

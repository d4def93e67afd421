import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags } from '../flags/archive-flags.ts';
import { presentUnlock } from '../present/unlock.ts';
import type { Unlocked } from '../work/unlock.ts';

/** `cxvault unlock` */
export class Unlock extends BaseCommand {
  static override summary = 'Break the lock of a run that lives no more, and say whose it was.';
  static override description =
    'Refuses a lock that a living run holds (exit code 11): one whose process runs on this machine, or that was ' +
    'renewed in the last 2 minutes by the clock of the store. Needs no password, and asks nothing. Runs take over ' +
    'such a lock by themselves; this is for looking, and for other programs.';
  static override examples = [
    { description: 'After a crash:', command: '<%= config.bin %> unlock --archive ./archive' },
    {
      description: 'For a script:',
      command: '<%= config.bin %> unlock --archive s3://my-bucket/cxone/archives --json',
    },
  ];
  static override flags = {
    ...archiveFlags,
    // Accepted, so that the flags of one command line do for all commands; nothing is opened with them here.
    'password-file': Flags.file({ hidden: true }),
    'key-file': Flags.file({ hidden: true }),
  };

  override async run(): Promise<Unlocked> {
    const { flags } = await this.parse(Unlock);
    const { unlock } = await import('../work/unlock.ts');
    const unlocked = await unlock(await this.begin(flags), flags);
    this.show(presentUnlock(unlocked));
    return unlocked;
  }
}

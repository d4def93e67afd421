import { Args } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { presentKeyRemoved } from '../../present/keys.ts';
import type { KeyRemoved } from '../../work/keys/remove.ts';

/** `cxvault key remove` */
export class KeyRemoveCommand extends BaseCommand {
  static override summary = 'Remove a key slot: its password or key file unlocks the archive no more.';
  static override description =
    'Never the last slot that can be read. Whoever has a copy of the slot and its secret can still get the root ' +
    'key: where a secret is in wrong hands, run key rotate too. On versioned storage remove the old versions.';
  static override usage = '<%= command.id %> SLOT [FLAGS]';
  static override examples = [
    {
      description: 'By the id that key list shows:',
      command:
        '<%= config.bin %> key remove 0190f5c2-7b1e-7c3a-9d4e-2f6a8b0c1d2e --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'For a script:',
      command:
        '<%= config.bin %> key remove 0190f5c2-7b1e-7c3a-9d4e-2f6a8b0c1d2e --archive s3://my-bucket/cxone/archives --key-file ./recovery-key --json',
    },
  ];
  static override args = {
    slot: Args.string({ required: true, description: 'Id of the slot, as key list shows it.' }),
  };
  static override flags = { ...archiveFlags, ...unlockFlags };

  override async run(): Promise<KeyRemoved> {
    const { args, flags } = await this.parse(KeyRemoveCommand);
    const { keyRemove } = await import('../../work/keys/remove.ts');
    const removed = await keyRemove(await this.begin(flags), args.slot, flags);
    this.show(presentKeyRemoved(removed, flags));
    return removed;
  }
}

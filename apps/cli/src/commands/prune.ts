import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentPrune } from '../present/prune.ts';
import type { Pruned } from '../work/prune.ts';

/** `cxvault prune` */
export class Prune extends BaseCommand {
  static override summary = 'List what crashed runs left behind in the store, and with --yes remove it.';
  static override description =
    'Removes only what no journal entry names and what is older than --older-than by the clock of the store. ' +
    'Refuses while a journal entry is damaged, missing or gone (exit code 3). Takes the lock of the archive ' +
    '(exit code 11: a run has it).';
  static override examples = [
    {
      description: 'Look first; this removes nothing:',
      command: '<%= config.bin %> prune --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'Remove what is older than a month, every week:',
      command:
        '<%= config.bin %> prune --archive s3://my-bucket/cxone/archives --older-than 30d --yes --json',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    'older-than': Flags.string({
      helpGroup: 'CHOICE',
      helpValue: 'DURATION',
      summary: 'Only what is older than this; at least a day (default: 1d).',
    }),
    records: Flags.boolean({
      helpGroup: 'CHOICE',
      summary: 'Also segments that hold records: what they hold may be lost elsewhere.',
    }),
    yes: Flags.boolean({ helpGroup: 'CHOICE', summary: 'Remove what is found, instead of listing it.' }),
  };

  override async run(): Promise<Pruned> {
    const { flags } = await this.parse(Prune);
    const { prune } = await import('../work/prune.ts');
    const pruned = await prune(await this.begin(flags), flags);
    this.show(presentPrune(pruned, flags));
    return pruned;
  }
}

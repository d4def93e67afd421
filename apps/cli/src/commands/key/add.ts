import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { presentKeyAdded } from '../../present/keys.ts';
import type { KeyAdded } from '../../work/keys/add.ts';

/** `cxvault key add` */
export class KeyAddCommand extends BaseCommand {
  static override summary = 'Add a key slot: one more password or key file that unlocks the archive.';
  static override description =
    'Needs a password or key file that unlocks the archive now. An archive has at most 16 slots. Data is not ' +
    'touched. Afterwards the copy of keys/ is old: make another one with key export.';
  static override usage = '<%= command.id %> --new-password-file FILE | --new-key-file FILE [FLAGS]';
  static override examples = [
    {
      description: 'A second password:',
      command:
        '<%= config.bin %> key add --archive ./archive --password-file ./archive-password --new-password-file ./second-password --label office-safe',
    },
    {
      description: 'A key file that is made for it, to be kept offline:',
      command:
        '<%= config.bin %> key add --archive s3://my-bucket/cxone/archives --new-key-file ./recovery-key --generate --label recovery',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    'new-password-file': Flags.file({
      exclusive: ['new-key-file', 'generate'],
      helpGroup: 'NEW SLOT',
      helpValue: 'FILE',
      summary: 'File with the new password, one line.',
    }),
    'new-key-file': Flags.file({
      helpGroup: 'NEW SLOT',
      helpValue: 'FILE',
      summary: 'File with a new key of 32 bytes.',
    }),
    generate: Flags.boolean({
      helpGroup: 'NEW SLOT',
      summary: 'Make the new key file; an existing one is not replaced.',
    }),
    label: Flags.string({
      helpGroup: 'NEW SLOT',
      helpValue: 'TEXT',
      summary: "Name of the key slot; anyone who can list the store reads it, so put no person's name there.",
    }),
  };

  override async run(): Promise<KeyAdded> {
    const { flags } = await this.parse(KeyAddCommand);
    const { keyAdd } = await import('../../work/keys/add.ts');
    const added = await keyAdd(await this.begin(flags), flags);
    this.show(presentKeyAdded(added, flags));
    return added;
  }
}

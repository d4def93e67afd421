import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { presentKeyRotated } from '../../present/keys.ts';
import type { KeyRotated } from '../../work/keys/rotate.ts';

/** `cxvault key rotate` */
export class KeyRotateCommand extends BaseCommand {
  static override summary = 'Give the archive a new root key; passwords and key files stay as they are.';
  static override description =
    'Makes each slot anew, seals the key ring objects anew one by one, and removes the old slots. Data is not ' +
    'touched. A slot can be made anew only with its secret: give the secrets of all slots, or give slots up with ' +
    '--drop. Can be stopped at any point: the archive stays readable, and the same command finishes.';
  static override examples = [
    {
      description: 'An archive with one password:',
      command: '<%= config.bin %> key rotate --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'One with a recovery key file as well, and a slot that nobody has the secret of:',
      command:
        '<%= config.bin %> key rotate --archive ./archive --password-file ./archive-password --other-key-file ./recovery-key --drop 0190f5c2-7b1e-7c3a-9d4e-2f6a8b0c1d2e',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    'other-password-file': Flags.file({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SLOTS',
      helpValue: 'FILE',
      summary: "File with another slot's password; may be given several times.",
    }),
    'other-key-file': Flags.file({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SLOTS',
      helpValue: 'FILE',
      summary: "Another slot's key file; may be given several times.",
    }),
    drop: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SLOTS',
      helpValue: 'SLOT',
      summary: 'Give up this slot; may be given several times.',
    }),
  };

  override async run(): Promise<KeyRotated> {
    const { flags } = await this.parse(KeyRotateCommand);
    const { keyRotate } = await import('../../work/keys/rotate.ts');
    const rotated = await keyRotate(await this.begin(flags), flags);
    this.show(presentKeyRotated(rotated, flags));
    return rotated;
  }
}

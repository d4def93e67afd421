import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { presentKeysExported } from '../../present/keys.ts';
import type { KeysExported } from '../../work/keys/export.ts';

/** `cxvault key export` */
export class KeyExportCommand extends BaseCommand {
  static override summary = 'Copy keys/ and the descriptor to a folder, to be kept somewhere else.';
  static override description =
    'Whoever deletes keys/ destroys the archive; with this copy, put back at the same place, it opens again. The ' +
    'copy is as secret as the archive: it opens with the same passwords and key files only. It is whole and was ' +
    'opened, or it is not there. Make a new one after runs and after each change of keys.';
  static override usage = '<%= command.id %> --out DIR [FLAGS]';
  static override examples = [
    {
      description: 'To a folder of today:',
      command:
        '<%= config.bin %> key export --archive ./archive --password-file ./archive-password --out ./keys-2026-01-31',
    },
    {
      description: 'For a script:',
      command:
        '<%= config.bin %> key export --archive s3://my-bucket/cxone/archives --key-file ./recovery-key --out /mnt/safe/cxone-keys --json',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    out: Flags.directory({
      required: true,
      helpGroup: 'OUTPUT',
      helpValue: 'DIR',
      summary: 'Folder to make; one that is not empty is left alone.',
    }),
  };

  override async run(): Promise<KeysExported> {
    const { flags } = await this.parse(KeyExportCommand);
    const { keyExport } = await import('../../work/keys/export.ts');
    const exported = await keyExport(await this.begin(flags), flags);
    this.show(presentKeysExported(exported));
    return exported;
  }
}

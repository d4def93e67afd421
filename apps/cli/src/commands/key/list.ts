import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { presentKeyList } from '../../present/keys.ts';
import type { KeyList } from '../../work/keys/list.ts';

/** `cxvault key list` */
export class KeyListCommand extends BaseCommand {
  static override summary = 'List the key slots: the ways in which the archive can be unlocked.';
  static override description =
    'Needs no password. With one, or with a key file, says which slots it opens (exit code 12: none).';
  static override examples = [
    { description: 'All slots:', command: '<%= config.bin %> key list --archive ./archive' },
    {
      description: 'Which of them a key file opens, for a script:',
      command:
        '<%= config.bin %> key list --archive s3://my-bucket/cxone/archives --key-file ./archive-key --json',
    },
  ];
  static override flags = { ...archiveFlags, ...unlockFlags };

  override async run(): Promise<KeyList> {
    const { flags } = await this.parse(KeyListCommand);
    const { keyList } = await import('../../work/keys/list.ts');
    const list = await keyList(await this.begin(flags), flags);
    this.show(presentKeyList(list, process.stdout.columns));
    if (list.error) {
      this.complain(list.error);
      process.exitCode = list.error.exit;
    }
    return list;
  }
}

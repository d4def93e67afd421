import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, periodFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentRestore } from '../present/restore.ts';
import type { RestoreReport } from '../work/restore.ts';

/** `cxvault restore` */
export class Restore extends BaseCommand {
  static override summary = 'Write interactions back into a folder: the record and its media, each checked.';
  static override description =
    'A folder per interaction, by the day on which it was created, and a manifest.json. A file appears only when ' +
    'its SHA-256 is right, and an existing file is never replaced. Exit code 3: some could not be restored.';
  static override usage = '<%= command.id %> --out DIR [FLAGS]';
  static override examples = [
    {
      description: 'One interaction:',
      command: '<%= config.bin %> restore --archive ./archive --interaction 4711 --out ./restored',
    },
    {
      description: 'Everything that was created in January:',
      command:
        '<%= config.bin %> restore --archive s3://my-bucket/cxone/archives --since 2026-01-01 --until 2026-02-01 --out ./restored',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    interaction: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['all', 'since', 'until'],
      helpGroup: 'CHOICE',
      helpValue: 'ID',
      summary: 'This interaction; may be given several times.',
    }),
    all: Flags.boolean({
      exclusive: ['since', 'until'],
      helpGroup: 'CHOICE',
      summary: 'Every interaction of the archive.',
    }),
    ...periodFlags,
    out: Flags.directory({
      required: true,
      helpGroup: 'OUTPUT',
      helpValue: 'DIR',
      summary: 'Folder to write into; made when it is not there.',
    }),
  };

  override async run(): Promise<RestoreReport> {
    const { flags } = await this.parse(Restore);
    const { restore } = await import('../work/restore.ts');
    const { report, exit } = await restore(await this.begin(flags), flags);
    this.show(presentRestore(report));
    process.exitCode = exit;
    return report;
  }
}

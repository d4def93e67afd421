import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, periodFlags, unlockFlags } from '../flags/archive-flags.ts';
import type { Listed } from '../work/list.ts';

/** `cxvault list` */
export class List extends BaseCommand {
  static override summary = 'List archived interactions: id, type, times, media and object.';
  static override description =
    'Each interaction once, in its newest version, in the order of the segments that hold them; erased ones are left ' +
    'out. The period is that of the created times. Exit code 3: some records could not be read, or the journal is damaged.';
  static override examples = [
    {
      description: 'What was created in the last seven days:',
      command: '<%= config.bin %> list --archive ./archive --since 7d',
    },
    {
      description: 'The calls of one agent, a JSON document a line, for other programs:',
      command:
        '<%= config.bin %> list --archive s3://my-bucket/cxone/archives --type voice --participant agent-7 --jsonl',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    ...periodFlags,
    type: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'CHOICE',
      helpValue: 'TYPE',
      summary: 'Only of this type, for example voice; may be given several times.',
    }),
    participant: Flags.string({
      helpGroup: 'CHOICE',
      helpValue: 'ID',
      summary: 'Only with this participant: the whole id or address.',
    }),
    jsonl: Flags.boolean({
      exclusive: ['json'],
      helpGroup: 'OUTPUT',
      summary: 'A JSON document a line, as they are read.',
    }),
  };

  override async run(): Promise<Listed> {
    const { flags } = await this.parse(List);
    const { list } = await import('../work/list.ts');
    const form = this.jsonEnabled() ? 'json' : flags.jsonl ? 'jsonl' : 'table';
    const listed = await list(await this.begin(flags), flags, form);
    process.exitCode = listed.exit;
    return listed;
  }

  /** The document is written while the archive is read: it may be larger than memory. */
  protected override logJson(): void {
    // nothing is left to print
  }
}

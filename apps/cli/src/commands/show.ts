import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, unlockFlags } from '../flags/archive-flags.ts';
import type { Shown } from '../work/show.ts';

/** `cxvault show` */
export class Show extends BaseCommand {
  static override summary = 'Show one archived interaction: its record, its media, and where it lies.';
  static override description =
    'The newest version, and the times of all versions. With --json it is the archival record itself, with `archived` ' +
    'added: where it lies, its versions, media and mark. Exit code 3: the archive has no such interaction, it was ' +
    'erased, or the journal is damaged.';
  static override usage = '<%= command.id %> ID [FLAGS]';
  static override examples = [
    { description: 'One interaction:', command: '<%= config.bin %> show 4711 --archive ./archive' },
    {
      description: 'Its recordings, with sizes, SHA-256 and objects:',
      command: '<%= config.bin %> show 4711 --media --archive s3://my-bucket/cxone/archives',
    },
  ];
  static override args = {
    id: Args.string({ required: true, description: 'Id of the interaction.' }),
  };
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    media: Flags.boolean({
      helpGroup: 'OUTPUT',
      summary: 'List its media: sizes, SHA-256 and objects, or why one is absent.',
    }),
  };

  /** The record's numbers stay as they were written: parsed and printed again, long ids would change. */
  #document = '';

  override async run(): Promise<Shown> {
    const { args, flags } = await this.parse(Show);
    const { show } = await import('../work/show.ts');
    const { interactionDocument, presentShow } = await import('../present/show.ts');
    const shown = await show(await this.begin(flags), args.id, flags);
    this.show(presentShow(shown.interaction, { media: flags.media }));
    this.#document = interactionDocument(shown.interaction);
    process.exitCode = shown.exit;
    return shown;
  }

  protected override logJson(): void {
    process.stdout.write(`${this.#document}\n`);
  }
}

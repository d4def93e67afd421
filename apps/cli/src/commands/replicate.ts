import { Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { exitIncomplete } from '../exit-codes.ts';
import { retentionFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentReplicate } from '../present/replicate.ts';
import type { Replicated } from '../work/replicate.ts';

/** `cxvault replicate` */
export class Replicate extends BaseCommand {
  static override summary =
    'Copy to another place what it lacks of an archive, and check each object on the way.';
  static override description =
    'Makes the copy in an empty place, and brings an existing copy up to date: key slots and keys as they are at the ' +
    'source, then what each journal entry names, then the entry. May be stopped at any time: the same command goes ' +
    'on. What is damaged at the source is named and not copied (exit code 3). The source is only read; the target ' +
    'is locked (exit code 11: a run has it).';
  static override examples = [
    {
      description: 'A second copy in another cloud, or what it lacks of today:',
      command:
        '<%= config.bin %> replicate --from s3://my-bucket/cxone/archives --to /mnt/copy --password-file ./archive-password',
    },
    {
      description: 'Bring a lost bucket back from the copy:',
      command:
        '<%= config.bin %> replicate --from /mnt/copy --to s3://new-bucket/cxone/archives --password-file ./archive-password --json',
    },
  ];
  static override flags = {
    from: Flags.string({
      required: true,
      helpGroup: 'ARCHIVE',
      helpValue: 'URL',
      summary: 'Path or URL of the archive to copy.',
    }),
    to: Flags.string({
      required: true,
      helpGroup: 'ARCHIVE',
      helpValue: 'URL',
      summary: 'Where its copy is, or is to be.',
    }),
    ...unlockFlags,
    ...retentionFlags,
  };

  override async run(): Promise<Replicated> {
    const { flags } = await this.parse(Replicate);
    const { replicate } = await import('../work/replicate.ts');
    const replicated = await replicate(await this.begin(flags), flags);
    this.show(presentReplicate(replicated, flags));
    if (!replicated.ok) process.exitCode = exitIncomplete;
    return replicated;
  }
}

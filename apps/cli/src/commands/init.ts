import { Flags } from '@oclif/core';
import { ownTerminal } from '../ask.ts';
import { BaseCommand } from '../base-command.ts';
import type { CommandContext } from '../context.ts';
import { archiveFlags, type ArchiveFlagValues, unlockFlags } from '../flags/archive-flags.ts';
import { presentInit } from '../present/init.ts';
import type { InitResult } from '../work/init.ts';
import type { InitAnswers } from '../work/init-questions.ts';

/** `cxvault init` */
export class Init extends BaseCommand {
  static override summary = 'Create an archive: its descriptor, its keys, and a way to unlock them.';
  static override description =
    'An archive is a folder or a prefix in a bucket. An existing archive is never touched (exit code 10). On a ' +
    'terminal it asks for what is missing; without one, and with --json, it never asks.';
  static override examples = [
    {
      description: 'In a folder, unlocked by the password in a file:',
      command: '<%= config.bin %> init --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'In a bucket, with a password from the environment:',
      command: 'ARCHIVAL_ENCRYPTION_KEY=… <%= config.bin %> init --archive s3://my-bucket/cxone/archives',
    },
  ];
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    label: Flags.string({
      helpGroup: 'ARCHIVE',
      helpValue: 'TEXT',
      summary: "Name of the key slot; anyone who can list the store reads it, so put no person's name there.",
    }),
  };

  override async run(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    const { init } = await import('../work/init.ts');
    const context = await this.begin(flags);
    const choice = { ...flags, ...(await this.#answers(context, flags)) };
    const result = await init(context, choice);
    this.show(presentInit(result, choice));
    return result;
  }

  /** What a person says to what is missing; nothing where nobody can be asked. */
  async #answers(context: CommandContext, flags: ArchiveFlagValues): Promise<InitAnswers> {
    const terminal = this.jsonEnabled() ? undefined : ownTerminal();
    if (terminal === undefined) return {};
    const { askForMissing } = await import('../work/init-questions.ts');
    return await askForMissing(context, flags, terminal);
  }
}

import { Args } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import type { Shell } from '../completion/scripts.ts';

/** `completion --json` */
export interface CompletionScript {
  readonly shell: Shell;
  readonly script: string;
}

/** `cxvault completion` */
export class Completion extends BaseCommand {
  static override summary = 'Print a script that completes commands and flags in bash, zsh or fish.';
  static override description =
    'The script knows the commands of the installed plugins too; print it again after installing one.';
  static override usage = '<%= command.id %> SHELL [FLAGS]';
  static override examples = [
    {
      description: 'In ~/.bashrc:',
      command: 'source <(<%= config.bin %> completion bash)',
    },
    {
      description: 'In ~/.zshrc, behind compinit:',
      command: 'source <(<%= config.bin %> completion zsh)',
    },
    {
      description: 'For fish, once:',
      command: '<%= config.bin %> completion fish > ~/.config/fish/completions/cxvault.fish',
    },
  ];
  static override args = {
    shell: Args.string({
      required: true,
      options: ['bash', 'zsh', 'fish'],
      description: 'bash, zsh or fish.',
    }),
  };

  override async run(): Promise<CompletionScript> {
    const { args } = await this.parse(Completion);
    const { completionScript, shells } = await import('../completion/scripts.ts');
    const { commandShapes } = await import('../completion/command-shapes.ts');
    const shell = shells.find((one) => one === args.shell) ?? 'bash';
    const script = completionScript(shell, commandShapes(this.config.commands));
    this.show(script);
    return { shell, script };
  }
}

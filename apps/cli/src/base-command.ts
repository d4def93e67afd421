import { CxvaultError } from '@cxvault/plugin-api';
import { Command, Flags } from '@oclif/core';
import type { CommandContext } from './context.ts';
import { failureText } from './failure.ts';
import { jsonPieces } from './json-pieces.ts';
import { wrapped } from './present/wrap.ts';
import { printable } from './printable.ts';

/** The flags of every command that {@link BaseCommand.begin} needs. */
export interface BaseFlags {
  readonly config?: string;
  readonly 'env-file'?: string;
  readonly 'log-level'?: string;
  readonly quiet?: boolean;
}

/**
 * What all commands share. A command is thin: flags, one call into `work/`, one presenter. What `run()` returns is
 * printed by `--json` and is a contract. Work is imported inside `run()`: help must not load core or an SDK.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** oclif's own would be ten lines of brackets, with choices that are none. */
  static override usage = '<%= command.id %> [FLAGS]';

  static override baseFlags = {
    config: Flags.file({
      helpGroup: 'GLOBAL',
      helpValue: 'FILE',
      summary: 'Settings file (default: cxvault.config.json, or the "cxvault" key of package.json).',
    }),
    'env-file': Flags.file({
      helpGroup: 'GLOBAL',
      helpValue: 'FILE',
      summary: 'Read environment variables from this file; those already set win.',
    }),
    'log-level': Flags.option({
      helpGroup: 'GLOBAL',
      options: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const,
      summary: 'How much to log to stderr (default: warn).',
    })(),
    quiet: Flags.boolean({ helpGroup: 'GLOBAL', summary: 'Show no progress.' }),
  };

  #context: CommandContext | undefined;

  /** Errors go up to main, which explains them the same way for all commands. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }

  /** Reads settings and opens the log. Throws `CONFIG_INVALID`, and `USAGE` for a flag that is empty. */
  protected async begin(flags: BaseFlags): Promise<CommandContext> {
    refuseEmpty(flags);
    const { openContext } = await import('./context.ts');
    this.#context = await openContext(this.config, flags);
    return this.#context;
  }

  /** Called by oclif at the end, however the command ended. */
  protected override async finally(): Promise<void> {
    await this.#context?.telemetry.close();
  }

  /** Prints for people; silent under `--json`. */
  protected show(text: string): void {
    if (!this.jsonEnabled()) {
      const shown = wrapped(printable(text.trimEnd()), process.stdout.columns);
      process.stdout.write(`${shown}\n`);
    }
  }

  /** An error that is part of a result: for people on stderr as well; under `--json` the result has it. */
  protected complain(error: { readonly message: string; readonly hint?: string }): void {
    if (!this.jsonEnabled()) process.stderr.write(wrapped(failureText(error), process.stderr.columns));
  }

  protected override logJson(json: unknown): void {
    for (const piece of jsonPieces(json)) process.stdout.write(piece);
  }
}

/** A shell's unset variable gives an empty text; taken as "not given" it would lead to another archive or place. */
function refuseEmpty(flags: object): void {
  for (const [name, value] of Object.entries(flags)) {
    if (value !== '' || name === 'label') continue;
    throw new CxvaultError('USAGE', `--${name} is empty`, { hint: `give a value, or leave --${name} out` });
  }
}

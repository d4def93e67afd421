import { type Command, Config } from '@oclif/core';

/** All commands and flags that users and scripts see, by id: what changes here is a change of the contract. */
export async function commandSnapshot(root: string): Promise<string> {
  const config = await Config.load({ root, userPlugins: false, devPlugins: false });
  const shown = config.commands
    .filter(({ hidden }) => !hidden)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map((command) => [command.id.replaceAll(':', ' '), shapeOf(command)]);
  return JSON.stringify(Object.fromEntries(shown));
}

function shapeOf({ args, flags, aliases, summary, description }: Command.Loadable) {
  return {
    summary: summary ?? description?.split('\n')[0],
    aliases: aliases.length === 0 ? undefined : aliases,
    args: Object.values(args).map(({ name, required }) => (required === true ? name : `[${name}]`)),
    flags: Object.fromEntries(
      Object.values(flags)
        .filter(({ hidden }) => hidden !== true)
        .sort((one, other) => (one.name < other.name ? -1 : 1))
        .map((flag) => [flag.name, valueOf(flag)]),
    ),
  };
}

/** What is written behind a flag: nothing, one of some words, or a value; and how often. */
function valueOf(flag: Command.Flag.Cached): string {
  const kind =
    flag.type === 'boolean'
      ? flag.allowNo
        ? 'yes or no'
        : 'yes'
      : (flag.options?.join('|') ?? flag.helpValue ?? 'value');
  const short = flag.char === undefined ? '' : `, -${flag.char}`;
  const often = flag.type === 'option' && flag.multiple === true ? ', several' : '';
  return `${String(kind)}${short}${often}${flag.required === true ? ', required' : ''}`;
}

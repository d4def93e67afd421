import type { Command } from '@oclif/core';

/** A command as a shell sees it. */
export interface CommandShape {
  /** Its words, such as `config show`. */
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagShape[];
}

/** A flag as a shell sees it. */
export interface FlagShape {
  /** With its dashes. */
  readonly name: string;
  readonly summary: string;
  /** Whether a word follows it; of which kind the words are, where there are few. */
  readonly takes: 'nothing' | 'words' | readonly string[];
}

/** The commands that are shown in help, those of plugins too. */
export function commandShapes(commands: readonly Command.Loadable[]): CommandShape[] {
  return commands
    .filter(({ hidden }) => !hidden)
    .map((command) => ({
      name: command.id.replaceAll(':', ' '),
      summary: firstLine(command.summary ?? command.description),
      flags: Object.values(command.flags).flatMap(flagShapes),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The words that may follow these, by what is typed so far: `''`, `config`, … */
export function nextWords(shapes: readonly CommandShape[]): ReadonlyMap<string, readonly CommandShape[]> {
  const next = new Map<string, CommandShape[]>();
  for (const shape of shapes) {
    const words = shape.name.split(' ');
    for (let length = 0; length < words.length; length += 1) {
      const typed = words.slice(0, length).join(' ');
      const word = words[length] ?? '';
      const known = next.get(typed) ?? [];
      const own = length === words.length - 1;
      if (!known.some(({ name }) => name === word))
        known.push({ ...shape, name: word, summary: own ? shape.summary : `${word} …` });
      next.set(typed, known);
    }
  }
  return next;
}

function flagShapes(flag: Command.Flag.Cached): FlagShape[] {
  if (flag.hidden === true) return [];
  const summary = firstLine(flag.summary ?? flag.description);
  const name = `--${flag.name}`;
  if (flag.type === 'option') return [{ name, summary, takes: flag.options ?? 'words' }];
  const negative: FlagShape = { name: `--no-${flag.name}`, summary: `Not: ${summary}`, takes: 'nothing' };
  return [{ name, summary, takes: 'nothing' }, ...(flag.allowNo ? [negative] : [])];
}

/** Without oclif's templates: a shell shows it as it is. */
function firstLine(text = ''): string {
  return (text.split('\n')[0] ?? '').replaceAll('<%= config.bin %>', 'cxvault');
}

import { type CommandShape, type FlagShape, nextWords } from './command-shapes.ts';

/** The shells that words are completed for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that the shell loads; it knows the commands of this moment, and starts nothing. */
export function completionScript(shell: Shell, shapes: readonly CommandShape[]): string {
  return scripts[shell](shapes);
}

const scripts: Readonly<Record<Shell, (shapes: readonly CommandShape[]) => string>> = {
  bash: (shapes) => `# Completion of cxvault for bash: cxvault completion bash
_cxvault() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} typed='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${typed:+$typed }\${COMP_WORDS[i]}" in
      ${known(shapes)}) typed="\${typed:+$typed }\${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$typed $prev" in
${valueCases(shapes, (words) => `COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$cur"))`, 'COMPREPLY=()')}
  esac
  case "$typed" in
${choiceCases(shapes, (choices) => `COMPREPLY=($(compgen -W ${quote(choices.map(({ name }) => name).join(' '))} -- "$cur"))`)}
  esac
}
complete -o default -F _cxvault cxvault
`,
  zsh: (shapes) => `#compdef cxvault
# Completion of cxvault for zsh: cxvault completion zsh
_cxvault() {
  local typed='' i
  local -a choices
  for ((i = 2; i < CURRENT; i++)); do
    case "\${typed:+$typed }\${words[i]}" in
      ${known(shapes)}) typed="\${typed:+$typed }\${words[i]}" ;;
      *) break ;;
    esac
  done
  case "$typed \${words[CURRENT-1]}" in
${valueCases(shapes, (words) => `compadd -- ${words.map(quote).join(' ')}`, '_files')}
  esac
  case "$typed" in
${choiceCases(shapes, (choices) => `choices=(${choices.map(zshChoice).join(' ')})`)}
  esac
  _describe 'cxvault' choices || _files
}
if [[ \${funcstack[1]} == _cxvault ]]; then _cxvault "$@"; else compdef _cxvault cxvault; fi
`,
  fish: (shapes) => `# Completion of cxvault for fish: cxvault completion fish
function __cxvault_typed --description 'whether the command line begins with these words'
    set -l typed (commandline -opc)
    test "$typed[2..$(math (count $argv) + 1)]" = "$argv"
end
function __cxvault_next --description 'whether these words are all that was typed'
    set -l typed (commandline -opc)
    test "$typed[2..-1]" = "$argv"
end
${[...fishWords(shapes), ...shapes.flatMap(fishFlags)].join('\n')}
`,
};

/** A pattern of all that begins a command. */
function known(shapes: readonly CommandShape[]): string {
  const begun = [...nextWords(shapes).keys()].filter((typed) => typed !== '');
  return [...new Set([...begun, ...shapes.map(({ name }) => name)])].map(quote).join(' | ');
}

/** What follows a flag that takes a word. */
function valueCases(
  shapes: readonly CommandShape[],
  some: (words: readonly string[]) => string,
  any: string,
): string {
  return shapes
    .flatMap(({ name, flags }) =>
      flags.map((flag) => {
        if (flag.takes === 'nothing') return undefined;
        const action = flag.takes === 'words' ? any : some(flag.takes);
        return `    ${quote(`${name} ${flag.name}`)}) ${action}; return ;;`;
      }),
    )
    .filter((line) => line !== undefined)
    .join('\n');
}

/** What follows the words of a command, complete or not. */
function choiceCases(
  shapes: readonly CommandShape[],
  show: (choices: readonly (CommandShape | FlagShape)[]) => string,
): string {
  const next = nextWords(shapes);
  const typed = [...new Set([...next.keys(), ...shapes.map(({ name }) => name)])];
  return typed
    .map((words) => {
      const flags = shapes.find(({ name }) => name === words)?.flags ?? [];
      return `    ${quote(words)}) ${show([...(next.get(words) ?? []), ...flags])} ;;`;
    })
    .join('\n');
}

function fishWords(shapes: readonly CommandShape[]): string[] {
  return [...nextWords(shapes)].flatMap(([typed, choices]) =>
    choices.map(
      ({ name, summary }) =>
        `complete -c cxvault -f -n '__cxvault_next ${typed}' -a ${name} -d ${fishText(summary)}`,
    ),
  );
}

function fishFlags({ name, flags }: CommandShape): string[] {
  return flags.map((flag) => {
    const value =
      flag.takes === 'nothing'
        ? ''
        : flag.takes === 'words'
          ? ' -r'
          : ` -x -a ${fishText(flag.takes.join(' '))}`;
    const summary = fishText(flag.summary);
    return `complete -c cxvault -n '__cxvault_typed ${name}' -l ${flag.name.slice(2)}${value} -d ${summary}`;
  });
}

function zshChoice({ name, summary }: CommandShape | FlagShape): string {
  return quote(`${name}:${summary}`);
}

/** For bash and zsh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

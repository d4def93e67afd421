import type { Failure } from './failure.ts';
import { exitCodes } from './exit-codes.ts';
import { nearest } from './nearest.ts';
import { packagesByWord } from './plugins/choose.ts';

/** What oclif's `plugins` commands say, and what we say instead. */
const sayings: readonly {
  readonly pattern: RegExp;
  readonly say: (found: string) => { readonly message: string; readonly hint: string };
}[] = [
  {
    pattern: /^(\S+) (?:is )?not installed$/,
    say: (name) => ({
      message: `plugin ${name} is not installed`,
      hint: 'cxvault plugins --core lists what is installed',
    }),
  },
  {
    pattern: /^(\S+) does not exist in the registry\.?$/,
    say: (name) => {
      const guess = ourPackageNear(name);
      return {
        message: `the registry has no package ${name}, or it does not answer`,
        hint: `${guess === undefined ? '' : `did you mean ${guess}? `}check the name, network and proxy; npm's settings or CXVAULT_NPM_REGISTRY name the registry`,
      };
    },
  },
  {
    pattern: /^(plugin is invalid)$/,
    say: () => ({
      message: 'the package is no plugin: its package.json has no oclif part',
      hint: 'cxvault storage list names the plugins of cxvault; docs/plugins.md says how one is made',
    }),
  },
  {
    pattern: /^could not find package\.json with [^]*root: '([^']*)'/,
    say: (folder) => ({
      message: `there is no plugin in this folder: it has no package.json [folder=${folder}]`,
      hint: "name the folder that has the plugin's package.json",
    }),
  },
  {
    pattern: /npm-cli\.js (\w+ .*?)(?: --\S+| dev)* exited with code \d+$/,
    say: (what) => ({
      message: `npm failed [command=npm ${what}]`,
      hint: 'npm said why, above; check the version, network and proxy',
    }),
  },
];

/** Errors of oclif's `plugins` commands, which are plain texts. */
export function pluginFailure(message: string): Failure | undefined {
  for (const { pattern, say } of sayings) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return { code: 'USAGE', ...say(found), exit: exitCodes.USAGE };
  }
  return undefined;
}

/** A package of ours whose last word is nearly that of `name`: `cxvault-azur` means `@cxvault/storage-azure`. */
function ourPackageNear(name: string): string | undefined {
  const ours = new Map(Object.values(packagesByWord).map((one) => [lastWord(one), one]));
  const guess = ours.get(nearest(lastWord(name), ours.keys()) ?? '');
  return guess === name ? undefined : guess;
}

function lastWord(name: string): string {
  return name.split(/[-/]/).at(-1) ?? name;
}

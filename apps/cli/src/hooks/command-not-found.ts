import { CxvaultError } from '@cxvault/plugin-api';
import type { Hook } from '@oclif/core';
import { nearest } from '../nearest.ts';

/** Answers an unknown command with the nearest known one, instead of oclif's exit code 127. */
export const commandNotFound: Hook.CommandNotFound = ({ id, config }) => {
  const word = id.replaceAll(':', ' ');
  const [first = '', second = ''] = id.split(':');
  const known = config.commands
    .filter((command) => !command.hidden)
    .map((command) => command.id.replaceAll(':', ' '));
  const guess = nearest(word, known);
  // oclif takes words behind a command that takes none for a part of its name.
  if (known.includes(first) && !known.some((name) => name.startsWith(`${first} `))) {
    throw new CxvaultError('USAGE', `cxvault ${first} takes no argument: ${second}`, {
      hint: `cxvault ${first} --help shows how it is used`,
    });
  }
  const kind = word.startsWith('-') ? 'flag' : 'command';
  throw new CxvaultError('USAGE', `unknown ${kind} ${word}`, {
    hint: `${guess === undefined ? '' : `did you mean cxvault ${guess}? `}cxvault --help lists the commands`,
  });
};

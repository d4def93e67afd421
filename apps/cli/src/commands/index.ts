import type { Command } from '@oclif/core';
import { Decrypt } from './decrypt.ts';
import { Doctor } from './doctor.ts';
import { Init } from './init.ts';
import { Restore } from './restore.ts';
import { Run } from './run.ts';
import { Verify } from './verify.ts';

/** Every command by its id; oclif reads this (package.json, `oclif.commands`). */
export const commands: Record<string, Command.Class> = {
  decrypt: Decrypt,
  doctor: Doctor,
  init: Init,
  restore: Restore,
  run: Run,
  verify: Verify,
};

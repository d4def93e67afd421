import type { Command } from '@oclif/core';
import { Doctor } from './doctor.ts';
import { Init } from './init.ts';
import { Restore } from './restore.ts';
import { Run } from './run.ts';
import { Verify } from './verify.ts';

/** Every command by its id; oclif reads this (package.json, `oclif.commands`). */
export const commands: Record<string, Command.Class> = {
  doctor: Doctor,
  init: Init,
  restore: Restore,
  run: Run,
  verify: Verify,
};

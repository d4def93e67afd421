import type { Command } from '@oclif/core';
import { Completion } from './completion.ts';
import { ConfigShow } from './config/show.ts';
import { Decrypt } from './decrypt.ts';
import { Doctor } from './doctor.ts';
import { Init } from './init.ts';
import { KeyAddCommand } from './key/add.ts';
import { KeyExportCommand } from './key/export.ts';
import { KeyListCommand } from './key/list.ts';
import { KeyRemoveCommand } from './key/remove.ts';
import { KeyRotateCommand } from './key/rotate.ts';
import { List } from './list.ts';
import { Prune } from './prune.ts';
import { Replicate } from './replicate.ts';
import { Restore } from './restore.ts';
import { Run } from './run.ts';
import { Show } from './show.ts';
import { Status } from './status.ts';
import { StorageListCommand } from './storage/list.ts';
import { Unlock } from './unlock.ts';
import { Verify } from './verify.ts';

/** Every command by its id; oclif reads this (package.json, `oclif.commands`). */
export const commands: Record<string, Command.Class> = {
  completion: Completion,
  'config:show': ConfigShow,
  decrypt: Decrypt,
  doctor: Doctor,
  init: Init,
  'key:add': KeyAddCommand,
  'key:export': KeyExportCommand,
  'key:list': KeyListCommand,
  'key:remove': KeyRemoveCommand,
  'key:rotate': KeyRotateCommand,
  list: List,
  prune: Prune,
  replicate: Replicate,
  restore: Restore,
  run: Run,
  show: Show,
  status: Status,
  'storage:list': StorageListCommand,
  unlock: Unlock,
  verify: Verify,
};

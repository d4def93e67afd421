import { Secret } from '@cxvault/plugin-api';
import { openQuestions, type Questions, type Terminal } from '../ask.ts';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { unlockChoice } from '../session/open-archive.ts';
import { archiveIfNamed } from '../session/open-store.ts';
import { readGivenUnlock } from '../settings/unlock.ts';

/** What a person answered; what was given by flag, environment or file is not asked for. */
export interface InitAnswers {
  readonly archive?: string;
  readonly 'key-file'?: string;
  readonly password?: Secret;
}

/** Asks for what `init` needs and was not told. An empty answer leaves it to the error that says how to tell it. */
export async function askForMissing(
  context: CommandContext,
  flags: ArchiveFlagValues,
  terminal: Terminal,
): Promise<InitAnswers> {
  const named = archiveIfNamed(context, flags.archive) !== undefined;
  const unlocked = (await readGivenUnlock(unlockChoice(context, flags))) !== undefined;
  if (named && unlocked) return {};
  using questions = openQuestions(terminal);
  return {
    ...(named ? {} : await askArchive(questions)),
    ...(unlocked ? {} : await askUnlock(questions)),
  };
}

async function askArchive(questions: Questions): Promise<InitAnswers> {
  const archive = await questions.ask('Archive (a folder, or an address such as s3://bucket/prefix): ');
  return archive === '' ? {} : { archive };
}

async function askUnlock(questions: Questions): Promise<InitAnswers> {
  const password = await askPassword(questions);
  if (password !== undefined) return { password };
  const file = await questions.ask('Key file (32 bytes): ');
  return file === '' ? {} : { 'key-file': file };
}

/** Asked for twice: what was mistyped unseen would lock the archive for ever. */
async function askPassword(questions: Questions): Promise<Secret | undefined> {
  while (true) {
    const first = await questions.askHidden('Password of the archive (empty: a key file instead): ');
    if (first === '') return undefined;
    if ((await questions.askHidden('The same once more: ')) === first) return new Secret(first);
    questions.say('These were different; again, please.');
  }
}

import { type RotatedRoot, rotateRootKey, systemClock } from '@cxvault/core';
import type { CommandContext } from '../../context.ts';
import type { ArchiveFlagValues } from '../../flags/archive-flags.ts';
import { watchInterruption } from '../../interruption.ts';
import { plural } from '../../present/layout.ts';
import { showProgress } from '../../progress.ts';
import { unlockChoice } from '../../session/open-archive.ts';
import { archiveOf, openStore } from '../../session/open-store.ts';
import { type GivenUnlock, readUnlock } from '../../settings/unlock.ts';

/** The flags of `key rotate`. */
export interface KeyRotateFlags extends ArchiveFlagValues {
  readonly 'other-password-file'?: readonly string[];
  readonly 'other-key-file'?: readonly string[];
  readonly drop?: readonly string[];
}

/** `key rotate --json`. */
export interface KeyRotated extends RotatedRoot {
  readonly archive: string;
}

/** Gives the archive a new root key, or finishes a rotation that was begun. */
export async function keyRotate(context: CommandContext, flags: KeyRotateFlags): Promise<KeyRotated> {
  const url = archiveOf(context, flags.archive);
  const unlocks = [await readUnlock(unlockChoice(context, flags)), ...(await otherSecrets(flags))];
  const { store } = await openStore(context, url);
  try {
    using interruption = watchInterruption(context.warn);
    using progress = showProgress(context);
    const rotated = await rotateRootKey(store, {
      unlocks,
      drop: flags.drop ?? [],
      clock: systemClock,
      log: context.log,
      signal: interruption.signal,
      onProgress: (rings) => {
        progress.update(`rotating: ${plural(rings, 'ring object')} sealed anew`);
      },
    });
    for (const id of rotated.stale)
      context.warn(`key slot ${id} was added meanwhile and opens nothing: remove it and add it again`);
    return { archive: url.href, ...rotated };
  } finally {
    await store.close();
  }
}

async function otherSecrets(flags: KeyRotateFlags): Promise<GivenUnlock[]> {
  const choices = [
    ...(flags['other-password-file'] ?? []).map((passwordFile) => ({ passwordFile, keyFile: undefined })),
    ...(flags['other-key-file'] ?? []).map((keyFile) => ({ passwordFile: undefined, keyFile })),
  ];
  const read: GivenUnlock[] = [];
  for (const choice of choices) read.push(await readUnlock({ ...choice, env: {}, prefix: 'other-' }));
  return read;
}

import type { RunProgress } from '@cxvault/core';
import { count, size } from './layout.ts';

/** How far a run is, in one line. */
export function presentRunProgress(progress: RunProgress): string {
  const parts = [
    `${count(progress.archived)} archived`,
    ...(progress.unchanged > 0 ? [`${count(progress.unchanged)} unchanged`] : []),
    ...(progress.failed > 0 ? [`${count(progress.failed)} failed`] : []),
    `${count(progress.listed)} listed`,
    ...(progress.media > 0 ? [`${count(progress.media)} media (${size(progress.mediaBytes)})`] : []),
    ...(progress.marked > 0 ? [`${count(progress.marked)} marked`] : []),
  ];
  // Up to a minute without any other sign of life.
  const why = progress.phase === 'settling' ? ' (until changes of the last minute can be trusted)' : '';
  return `${progress.phase}${why}: ${parts.join(', ')}`;
}

import { Feeder } from './feeder.ts';
import { InteractionArchiver } from './interaction-archiver.ts';
import { Marker } from './marker.ts';
import { MediaArchiver } from './media-archiver.ts';
import type { Committer } from './committer.ts';
import type { RunOptions, RunProgress } from './options.ts';
import type { RunStart } from './run-start.ts';
import { VolatileFields } from './volatile-fields.ts';
import type { WorkList } from './work-list.ts';

// How the parts of a session are put together from the options of its run.

export const usualConcurrency = 16;

export function makeMarker(options: RunOptions, committer: Committer, signal: AbortSignal): Marker {
  const { source, catalog, concurrency = usualConcurrency } = options;
  return new Marker({ source, catalog, signal, concurrency, note: (mark) => committer.addMark(mark) });
}

export function makeFeeder(
  options: RunOptions,
  start: RunStart,
  session: {
    readonly work: WorkList;
    readonly onPage: () => void;
    readonly onPhase: (phase: RunProgress['phase']) => void;
  },
): Feeder {
  const {
    source,
    catalog,
    clock,
    interactions,
    retryFailed = false,
    media = true,
    limit = Infinity,
  } = options;
  return new Feeder({
    ...session,
    source,
    catalog,
    clock,
    windows: start.windows,
    interactions,
    retryFailed,
    media,
    limitReached: () => start.counts.taken >= limit,
    isDue: start.isDue,
  });
}

export function makeArchiver(
  options: RunOptions,
  start: RunStart,
  warn: (message: string) => void,
): InteractionArchiver {
  const { archive, catalog, source, clock, compression = 'zstd', media = true } = options;
  return new InteractionArchiver({
    archive,
    catalog,
    source,
    identity: start.capabilities.identity,
    media: new MediaArchiver({ archive, source, compression, clock }),
    keys: start.keys,
    clock,
    volatileFields: new VolatileFields({ archive, catalog, clock, warn }),
    fetchMedia: media,
  });
}

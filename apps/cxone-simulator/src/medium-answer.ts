import type { Answer } from './answer.ts';
import type { MediaBodies } from './media-body.ts';
import type { Medium } from './media-plan.ts';
import type { StatsKeeper } from './stats.ts';

/** Gives a medium's bytes; they are counted as they go out. */
export function mediumAnswer(
  medium: Medium,
  { bodies, stats }: { readonly bodies: MediaBodies; readonly stats: StatsKeeper },
): Answer {
  return {
    status: 200,
    headers: { 'content-type': medium.contentType },
    body: { size: medium.bytes, pieces: counted(bodies.pieces(medium), stats) },
  };
}

function* counted(pieces: Iterable<Buffer>, stats: StatsKeeper): Generator<Buffer> {
  for (const piece of pieces) {
    yield piece;
    stats.mediaBytes += piece.length;
  }
}

import type { InteractionSource } from '@cxvault/plugin-api';
import { sourceTraits } from '../session/source-traits.ts';
import type { Telemetry } from './telemetry.ts';

/** A source whose list passes, fetches, media and marks are spans. */
export function tracedSource(source: InteractionSource, telemetry: Telemetry): InteractionSource {
  if (!telemetry.enabled) return source;
  const about = (interactionId: string) => ({ 'cxvault.interaction_id': interactionId });
  return {
    ...sourceTraits(source),
    check: (options) => telemetry.span('check', {}, () => source.check(options)),
    list: (window, options) =>
      spanned(telemetry, { 'cxvault.lane': window.lane }, () => source.list(window, options)),
    fetch: (id, options) => telemetry.span('fetch', about(id), () => source.fetch(id, options)),
    openMedia: (id, medium, options) =>
      telemetry.span('media.open', about(id), () => source.openMedia(id, medium, options)),
    mark: (id, status, options) => telemetry.span('mark', about(id), () => source.mark(id, status, options)),
  };
}

/** A list pass: from the first page that is asked for until the reader has enough. */
async function* spanned<Page>(
  telemetry: Telemetry,
  attributes: { readonly 'cxvault.lane': string },
  open: () => AsyncIterable<Page>,
): AsyncGenerator<Page> {
  const span = telemetry.begin('list', attributes);
  let failure: unknown;
  try {
    yield* open();
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    span.end(failure);
  }
}

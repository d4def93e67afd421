import type {
  CapabilityCheck,
  InteractionSource,
  MarkOutcome,
  MediaAnswer,
  SourceFailure,
  SourceInteraction,
  Unavailable,
} from '@cxvault/plugin-api';
import { hideSecrets } from '../redact.ts';
import { sourceTraits } from './source-traits.ts';

/**
 * A source whose failures tell no secret, whoever wrote it: their reasons go into the journal, where nothing can be
 * taken back, and from there into reports, logs and the words of commands.
 */
export function discreetSource(source: InteractionSource): InteractionSource {
  return {
    ...sourceTraits(source),
    warnings: () => (source.warnings?.() ?? []).map(hideSecrets),
    check: async (options) => {
      const report = await source.check(options);
      return { ...report, checks: report.checks.map(discreetCheck) };
    },
    list: (window, options) => source.list(window, options),
    fetch: async (id, options) => discreetAnswer(await source.fetch(id, options)),
    openMedia: async (id, medium, options) => discreetMedia(await source.openMedia(id, medium, options)),
    mark: async (id, status, options) => discreetMark(await source.mark(id, status, options)),
  };
}

function discreetCheck(check: CapabilityCheck): CapabilityCheck {
  const { detail, hint } = check;
  return { ...check, detail: hideSecrets(detail), ...(hint !== undefined && { hint: hideSecrets(hint) }) };
}

function discreetAnswer(answer: SourceInteraction | Unavailable): SourceInteraction | Unavailable {
  return 'unavailable' in answer ? { unavailable: discreetFailure(answer.unavailable) } : answer;
}

function discreetMedia(answer: MediaAnswer): MediaAnswer {
  return 'absent' in answer ? { ...answer, failure: discreetFailure(answer.failure) } : answer;
}

function discreetMark(outcome: MarkOutcome): MarkOutcome {
  return typeof outcome === 'string' ? outcome : { failed: discreetFailure(outcome.failed) };
}

function discreetFailure(failure: SourceFailure): SourceFailure {
  const { reason, requestId } = failure;
  return {
    ...failure,
    reason: hideSecrets(reason),
    ...(requestId !== undefined && { requestId: hideSecrets(requestId) }),
  };
}

import type { SourceFailure } from '@cxvault/plugin-api';

/** Reasons that do not go away by asking again soon: 404, 403 and 410 (architecture: "Failures"). */
const permanentReasons = ['not-found', 'denied', 'gone'];

/** The journal's form of a failure: a code, HTTP status and request id, never an API's free text. */
export function formatReason(failure: SourceFailure): string {
  const details = [
    failure.status === undefined ? undefined : `status=${String(failure.status)}`,
    failure.requestId === undefined ? undefined : `request_id=${failure.requestId}`,
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? failure.reason : `${failure.reason} [${details.join(', ')}]`;
}

/** Takes the request id out of a journalled reason: the report has a field of its own for it. */
export function splitReason(reason: string): { reason: string; request_id?: string } {
  const match = /^([^[]*?)(?: \[(?:(status=\d+)(?:, )?)?(?:request_id=(.*))?\])?$/.exec(reason);
  if (!match) return { reason };
  const [, code = reason, status, requestId] = match;
  return {
    reason: status === undefined ? code : `${code} [${status}]`,
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

/** True for a journalled reason that names a permanent failure. */
export function isPermanentReason(reason: string): boolean {
  return permanentReasons.includes(reason.split(' ', 1)[0] ?? '');
}

/** True when the source answered that it does not give this interaction, rather than that it cannot just now. */
export function isRefusal(failure: SourceFailure): boolean {
  return failure.permanent || failure.reason === 'refused';
}

import type { DamageProblem } from '@cxvault/core';

/** What a reason or problem means, and what to do about it. */
export interface Remedy {
  readonly means: string;
  readonly remedy: string;
}

const again = 'Nothing: the next run tries it first.';

/** Why an interaction was not archived, by the code that report and journal give. */
const failures: Readonly<Record<string, Remedy>> = {
  'not-found': {
    means: 'CXone lists the interaction but does not find it (404).',
    remedy:
      'Compare with the retention settings in CXone: it may have been purged. It is tried in three runs over a day, then given up; run --retry-failed tries it again.',
  },
  gone: {
    means: 'CXone has removed the interaction (410).',
    remedy: 'Compare with the retention settings in CXone; archive more often than it purges.',
  },
  denied: {
    means: 'CXone does not give the interaction to this client (403).',
    remedy:
      'Grant the client the scope interactions:read, and access to all business units, in CXone; then run --retry-failed.',
  },
  refused: {
    means: 'CXone does not take the request, or the id cannot stand in an address.',
    remedy: 'Check cxone.apiVersion and the paths in the settings; give the request id to NICE support.',
  },
  throttled: {
    means: 'CXone kept answering that its limit is used up (429).',
    remedy: 'Lower cxone.budgets, or run when fewer other programs use the API. The next run tries it first.',
  },
  'server-error': {
    means: 'CXone answered with an error of its own (5xx), after all retries as well.',
    remedy: `${again} If it stays, give the request id to NICE support.`,
  },
  'invalid-response': {
    means: 'The answer was cut short, or is not what the API documents.',
    remedy: 'The next run tries it first. If it stays, look for a proxy that changes answers.',
  },
  network: {
    means: 'The connection broke or nothing answered in time.',
    remedy: 'Check network, proxy and firewall. The next run tries it first.',
  },
  'stale-detail': {
    means: 'CXone gave details that are older than its list says: one of its copies lags.',
    remedy: again,
  },
  'transfer-too-slow': {
    means: 'Its media were stored more than 11 hours before it could be committed.',
    remedy: 'Use a faster connection, or a lower --concurrency. The next run tries it first.',
  },
  'record-too-large': {
    means: 'Its record is longer than the 32 MiB that the format allows.',
    remedy: 'Keep it in CXone, and report it to the makers of cxvault with its size.',
  },
  'address-refused': {
    means: 'The address is plain http, or no web address.',
    remedy: 'Ask NICE why; cxone.allowPlainHttp allows plain http where the network can be trusted.',
  },
  transfer: { means: 'The transfer broke off three times.', remedy: again },
};

/** Why a mark was not written, where that means something else than for an interaction. */
const marks: Readonly<Record<string, Remedy>> = {
  denied: {
    means: 'The client may not write custom fields (403).',
    remedy: 'Grant it the scope customfields:write in CXone. The interaction itself is archived.',
  },
  refused: {
    means: 'CXone does not take the value for this field (400).',
    remedy: 'Make archival_status a custom field of type string. The interaction itself is archived.',
  },
  'no-marker-field': {
    means: 'No custom field is set that marks are written to.',
    remedy: 'Set CXONE_ARCHIVAL_FIELD_ID, or use --no-mark. The interaction itself is archived.',
  },
};

const unknown: Remedy = {
  means: 'A plugin or a newer version gave this reason.',
  remedy: 'The next run tries it first. If it stays, look at the log (--log-level info).',
};

/** The remedy of a reason as reports have it: a code, and perhaps a status behind it. */
export function failureRemedy(reason: string): Remedy {
  const code = codeOf(reason);
  const known = entryOf(failures, code);
  if (known) return known;
  const ofMedium = code.startsWith('media-') ? entryOf(failures, code.slice('media-'.length)) : undefined;
  return ofMedium ? { ...ofMedium, means: `One of its media: ${ofMedium.means}` } : unknown;
}

export function markRemedy(reason: string): Remedy {
  return entryOf(marks, codeOf(reason)) ?? failureRemedy(reason);
}

function codeOf(reason: string): string {
  return reason.split(' ', 1)[0] ?? '';
}

/** The reason comes from outside: `constructor` is no entry. */
function entryOf(remedies: Readonly<Record<string, Remedy>>, code: string): Remedy | undefined {
  return Object.hasOwn(remedies, code) ? remedies[code] : undefined;
}

const putBack = 'Put the object back from a copy of the archive';
const orAgain = 'or archive its interactions again while CXone has them';

/** What kinds of damage `verify` finds. */
export const damageRemedies: Readonly<Record<DamageProblem, Remedy>> = {
  missing: {
    means: 'The object is not in the store.',
    remedy: `${putBack} or from the store's older versions, ${orAgain}.`,
  },
  size: {
    means: 'The object has not the length that the journal says.',
    remedy: `${putBack}, ${orAgain}. Look who else writes to the store.`,
  },
  checksum: {
    means: 'Bytes of the object have changed since it was stored.',
    remedy: `${putBack}, ${orAgain}. Look at the health of the disks.`,
  },
  header: {
    means: 'The beginning of the object is not that of an object.',
    remedy: `${putBack}, ${orAgain}.`,
  },
  'key-commitment': {
    means: 'The object was sealed with a key that this archive does not have.',
    remedy: `${putBack}. Find out who wrote it: it may be on purpose.`,
  },
  chunk: {
    means: 'A part of the object does not open: it was changed or exchanged.',
    remedy: `${putBack}, ${orAgain}.`,
  },
  truncated: { means: 'The end of the object is missing.', remedy: `${putBack}, ${orAgain}.` },
  'trailing-bytes': {
    means: 'Something was appended to the object.',
    remedy: `${putBack}. Look who else writes to the store.`,
  },
  index: {
    means: "The object's list of records does not fit its records.",
    remedy: `${putBack}, ${orAgain}.`,
  },
  digest: {
    means: 'A record or medium is not the one that was archived.',
    remedy: `${putBack}, ${orAgain}.`,
  },
  content: { means: 'A record does not say what the journal says of it.', remedy: `${putBack}, ${orAgain}.` },
  'journal-gap': {
    means: 'An entry of the journal is gone, or the chain of entries is broken.',
    remedy: `${putBack}. Until then its period counts as not covered; the next run lists it again.`,
  },
  swapped: {
    means: 'The object stands under the name of another one.',
    remedy: `${putBack}. Find out who renamed it: it may be on purpose.`,
  },
};

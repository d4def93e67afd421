import type { JsonObject } from '@cxvault/plugin-api';
import { readContactRow } from '../src/platform/contact-row.ts';
import type { ContactRow } from '../src/platform/contact-row.ts';
import type { ContentRequest } from '../src/platform/content.ts';

/** A phone call of ten minutes from 10:00 on, unless the test says otherwise. */
export function row(contactId: string, rest: JsonObject = {}): ContactRow {
  return readContactRow({
    contactId,
    masterContactId: '100',
    contactStartDate: '2026-11-22T10:00:00.000Z',
    lastUpdateTime: '2026-11-22T10:15:00.000Z',
    totalDurationSeconds: 600,
    mediaTypeId: 4,
    isLogged: true,
    ...rest,
  });
}

/** Asks for everything of these legs. */
export function everything(legs: readonly ContactRow[], rest: Partial<ContentRequest> = {}): ContentRequest {
  const ask = new Set(legs.map(({ contactId }) => contactId));
  const nothing = { hierarchy: undefined, previous: undefined };
  return { masterContactId: '100', legs, ask, playback: true, ...nothing, ...rest };
}

/** An interaction of a playback answer; `url` undefined: it is not ready yet. */
export function played(segmentId: string, url: string | undefined, rest: JsonObject = {}): JsonObject {
  return {
    '@type': 'call',
    mediaType: 'voice-only',
    startTime: '2026-11-22T10:00:01.000Z',
    endTime: '2026-11-22T10:09:59.000Z',
    data: {
      ...(url !== undefined && { fileToPlayUrl: url }),
      segmentsDataList: [{ segmentId }],
    },
    ...rest,
  };
}

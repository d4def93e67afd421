import type { JsonObject, SourceMedium } from '@cxvault/plugin-api';
import { objectsOf } from '../json.ts';
import { bareUrl } from '../signed-urls.ts';
import { normaliseTime } from '../times.ts';
import { field, idText, truthOf } from './any-case.ts';
import type { ContactRow } from './contact-row.ts';
import { attachmentUrl, digitalNumbers } from './digital.ts';
import { addressText } from './media-address.ts';
import type { MediaAddress } from './media-address.ts';
import { numbered } from './numbered.ts';
import { absentIn, listAt, objectAt } from './payload.ts';

const transcriptKinds: Readonly<Partial<Record<number, 'chat' | 'email' | 'sms'>>> = {
  1: 'email',
  3: 'chat',
  7: 'sms',
};

/** The media that are no recordings: transcripts and files of the legs, messages and attachments of digital contacts. */
export function documentsIn(
  payload: JsonObject,
  legs: readonly ContactRow[],
  masterContactId: string,
): SourceMedium[] {
  const details = objectAt(payload, 'details');
  const digital = objectAt(payload, 'digital');
  const media = [
    ...legs.flatMap(transcriptOf),
    ...legs.flatMap(({ contactId }) => filesOf(contactId, objectAt(details, contactId))),
    ...filesDenied(payload),
    ...digitalNumbers(legs, masterContactId, digital).flatMap((number) =>
      messagesOf(number, objectAt(objectAt(digital, number), 'messages')),
    ),
  ];
  return numbered(media, ({ mediaId }) => mediaId).map(([medium, mediaId]) => ({ ...medium, mediaId }));
}

/** Its duration is the leg's: a leg that went on has another transcript. */
function transcriptOf({ contactId, mediaTypeId, startTime, endTime }: ContactRow): SourceMedium[] {
  const kind = transcriptKinds[mediaTypeId ?? 0];
  if (kind === undefined) return [];
  const durationMs = Date.parse(endTime ?? '') - Date.parse(startTime ?? '');
  return [
    document(
      `${kind}-transcript-${contactId}`,
      `${kind}-transcript`,
      { kind, id: contactId },
      {
        durationMs: durationMs >= 0 ? durationMs : undefined,
        format: 'json',
        createdTime: startTime,
      },
    ),
  ];
}

function filesOf(contactId: string, details: JsonObject | undefined): SourceMedium[] {
  return listAt(objectAt(details, 'files'), 'files').flatMap((file) => {
    const name = idText(field(file, 'fullFileName', 'fileName'));
    if (name === undefined || truthOf(field(file, 'isDeleted')) === true) return [];
    return [
      document(
        `file-${contactId}-${name}`,
        'file',
        { kind: 'file', id: name },
        {
          durationMs: undefined,
          format: extensionOf(name),
          createdTime: normaliseTime(field(file, 'createDate')),
        },
      ),
    ];
  });
}

/** Which files there are may not be known; one stands for them, so that they are asked for when the right appears. */
function filesDenied(payload: JsonObject): SourceMedium[] {
  const denied = absentIn(payload).filter(({ part, reason }) => part === 'files' && reason === 'denied');
  const unknown = { durationMs: undefined, format: undefined, createdTime: undefined };
  return denied.map(({ contactId }) => document(`files-${contactId}`, 'file', { kind: 'denied' }, unknown));
}

function messagesOf(contactNumber: string, summary: JsonObject | undefined): SourceMedium[] {
  const messages = listAt(summary, 'messages');
  const times = messages.map((message) => Date.parse(normaliseTime(field(message, 'createdAt')) ?? ''));
  const known = times.filter((time) => !Number.isNaN(time));
  const [from, to] = [Math.min(...known), Math.max(...known)];
  const transcript = document(
    `digital-transcript-${contactNumber}`,
    'digital-transcript',
    { kind: 'messages', id: contactNumber },
    {
      // a conversation that went on has another transcript
      durationMs: known.length === 0 ? undefined : to - from,
      format: 'json',
      createdTime: known.length === 0 ? undefined : new Date(from).toISOString(),
    },
  );
  return [transcript, ...messages.flatMap(attachmentsOf)];
}

function attachmentsOf(message: JsonObject, n: number): SourceMedium[] {
  const messageId = idText(field(message, 'id')) ?? String(n + 1);
  return objectsOf(field(message, 'attachments')).flatMap((attachment, k) => {
    const url = attachmentUrl(attachment);
    const id = idText(field(attachment, 'id')) ?? `${messageId}-${String(k + 1)}`;
    const name = idText(field(attachment, 'fileName', 'friendlyName')) ?? '';
    const described = {
      durationMs: undefined,
      format: extensionOf(name),
      createdTime: normaliseTime(field(message, 'createdAt')),
    };
    const medium = document(`attachment-${id}`, 'attachment', undefined, described);
    if (url === undefined) return [medium];
    return [
      {
        ...medium,
        url: addressText({ kind: 'attachment', url, messageId, n: k }),
        playbackUrl: bareUrl(url),
      },
    ];
  });
}

function document(
  mediaId: string,
  type: string,
  address: MediaAddress | undefined,
  described: Pick<SourceMedium, 'durationMs' | 'format' | 'createdTime'>,
): SourceMedium {
  const url = address && addressText(address);
  return { mediaId, type, ...described, url, playbackUrl: undefined };
}

function extensionOf(name: string): string | undefined {
  return /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase();
}

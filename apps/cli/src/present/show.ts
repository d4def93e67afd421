import { type ListedMedium, prettyJson, type ShownInteraction, type ShownVersion } from '@cxvault/core';
import { type Column, Columns } from './columns.ts';
import { count, elapsed, size, table } from './layout.ts';

type Row = readonly [string, string];

/** One interaction for people: what it is, who took part, its media, and where it lies. */
export function presentShow(interaction: ShownInteraction, { media }: { readonly media: boolean }): string {
  if (media) return presentMedia(interaction);
  return [
    table(rows(interaction)),
    ...section('Participants', participantColumns, interaction.record?.parts.participants ?? []),
    ...section('Media', mediaColumns, interaction.media),
    ...versionLines(interaction.versions),
  ].join('\n');
}

/** The archival record as it was written, with `archived` added: a document that other programs may rely on. */
export function interactionDocument({
  interaction_id,
  record,
  versions,
  media,
  mark,
  erased,
}: ShownInteraction): string {
  const [{ archived_at, run_id, object_key, sha256 }] = versions;
  const archived = {
    archived_at,
    run_id,
    object_key,
    sha256,
    mark,
    media,
    versions,
    ...(erased && { erased }),
  };
  const added = `"archived":${JSON.stringify(archived)}`;
  const fields =
    record?.text.trim().slice(1, -1).trim() ?? `"interaction_id":${JSON.stringify(interaction_id)}`;
  return prettyJson(`{${fields === '' ? '' : `${fields},`}${added}}`);
}

function rows({ interaction_id, record, versions, mark, erased }: ShownInteraction): Row[] {
  const [newest] = versions;
  const { type, status, created_time } = record?.parts ?? {};
  const all: (Row | false)[] = [
    ['interaction', interaction_id],
    erased !== undefined && ['erased', `${erased.at}, ${erased.reason}: nothing can open it any more`],
    record !== undefined && ['type', [type ?? 'unknown', ...(status == null ? [] : [status])].join(', ')],
    record !== undefined && ['created', created_time ?? 'unknown'],
    ['updated', newest.updated_time ?? 'unknown'],
    ['archived', newest.archived_at],
    ['by run', newest.run_id],
    ['mark', mark],
    ['object', newest.object_key],
    ['SHA-256', newest.sha256],
  ];
  return all.filter((row) => row !== false);
}

interface Participant {
  readonly id: string | null;
  readonly type: string | null;
  readonly address: string | null;
  readonly state: string | null;
}

const participantColumns: readonly Column<Participant>[] = [
  { title: 'ID', cell: ({ id }) => id ?? '-' },
  { title: 'TYPE', cell: ({ type }) => type ?? '-' },
  { title: 'ADDRESS', cell: ({ address }) => address ?? '-' },
  { title: 'STATE', cell: ({ state }) => state ?? '-' },
];

const mediaColumns: readonly Column<ListedMedium>[] = [
  { title: 'ID', cell: ({ media_id }) => media_id },
  { title: 'TYPE', cell: ({ type }) => type ?? '-' },
  { title: 'LENGTH', cell: ({ duration_ms }) => (duration_ms ? elapsed(duration_ms) : '-'), right: true },
  { title: 'SIZE', cell: (medium) => ('absent' in medium ? `absent: ${why(medium)}` : size(medium.bytes)) },
];

const versionColumns: readonly Column<ShownVersion>[] = [
  { title: 'UPDATED', cell: ({ updated_time }) => updated_time ?? '-' },
  { title: 'ARCHIVED', cell: ({ archived_at }) => archived_at },
  { title: 'MEDIA', cell: ({ media }) => count(media) },
];

function section<T>(title: string, columns: readonly Column<T>[], items: readonly T[]): string[] {
  if (items.length === 0) return ['', `${title}: none`];
  const lines = new Columns(columns, items);
  return ['', `${title}:`, lines.header(), ...items.map((item) => lines.row(item))].map((line, index) =>
    index > 1 ? `  ${line}` : line,
  );
}

function versionLines(versions: readonly ShownVersion[]): string[] {
  return versions.length === 1 ? [] : section(`Versions, newest first`, versionColumns, versions);
}

function presentMedia({ interaction_id, media }: ShownInteraction): string {
  if (media.length === 0) return `${interaction_id} has no media.`;
  return media.map((medium) => table(mediumRows(medium))).join('\n\n');
}

function mediumRows(medium: ListedMedium): Row[] {
  const head: Row[] = [
    ['medium', medium.media_id],
    ['type', medium.type ?? 'unknown'],
  ];
  if ('absent' in medium) return [...head, ['absent', why(medium)]];
  return [
    ...head,
    ['size', `${size(medium.bytes)} (${count(medium.bytes)} bytes)`],
    ['SHA-256', medium.sha256],
    ['object', medium.object_key],
  ];
}

const reasons: Readonly<Record<string, string>> = {
  'not-found': 'CXone does not find it',
  denied: 'CXone refuses it',
  skipped: 'left out by --no-media; the next run with media fetches it',
};

function why({ absent, until }: { readonly absent: string; readonly until?: string }): string {
  const again = until !== undefined && until > new Date().toISOString() ? `; asked again until ${until}` : '';
  return `${reasons[absent] ?? absent}${again}`;
}

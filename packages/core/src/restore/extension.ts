// Which extension a restored medium gets, so that it opens with a double click.

// a Map: an object would find its own `constructor` under that format
const byContentType = new Map(
  Object.entries({
    'application/json': 'json',
    'application/ld+json': 'json',
    'application/msword': 'doc',
    'application/pdf': 'pdf',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/xml': 'xml',
    'application/zip': 'zip',
    'audio/aac': 'aac',
    'audio/flac': 'flac',
    'audio/mp3': 'mp3',
    'audio/mp4': 'm4a',
    'audio/mpeg': 'mp3',
    'audio/ogg': 'ogg',
    'audio/vnd.wave': 'wav',
    'audio/wav': 'wav',
    'audio/wave': 'wav',
    'audio/webm': 'webm',
    'audio/x-m4a': 'm4a',
    'audio/x-wav': 'wav',
    'image/gif': 'gif',
    'image/jpeg': 'jpg',
    'image/png': 'png',
    'image/webp': 'webp',
    'message/rfc822': 'eml',
    'text/csv': 'csv',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/vtt': 'vtt',
    'text/xml': 'xml',
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/webm': 'webm',
  }),
);

const known = new Set([...byContentType.values(), 'mkv', 'opus', 'wma', 'amr', 'au', 'avi', 'gsm']);

/** The extension that the source's own words give; undefined when they say nothing useful. */
export function extensionByType(
  contentType: string | undefined,
  format: string | undefined,
): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const byType = byContentType.get(type);
  if (byType !== undefined) return byType;
  const word = format?.trim().toLowerCase().replace(/^\./, '') ?? '';
  return byContentType.get(word) ?? (known.has(word) ? word : undefined);
}

/** The extension that a file's first bytes (16 are enough) give; `bin` when they tell nothing. */
export function extensionByContent(head: Uint8Array): string {
  const text = Buffer.from(head).toString('latin1');
  const found = signatures.find(([pattern]) => pattern.test(text));
  return found?.[1] ?? 'bin';
}

const signatures: readonly (readonly [RegExp, string])[] = [
  [/^RIFF[^]{4}WAVE/, 'wav'],
  [/^RIFF[^]{4}WEBP/, 'webp'],
  [/^[^]{4}ftypM4A/, 'm4a'],
  [/^[^]{4}ftypqt/, 'mov'],
  [/^[^]{4}ftyp/, 'mp4'],
  [/^ID3/, 'mp3'],
  [/^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, 'mp3'],
  [/^\xff[\xf0\xf1\xf8\xf9]/, 'aac'],
  [/^OggS/, 'ogg'],
  [/^fLaC/, 'flac'],
  [/^\x1a\x45\xdf\xa3/, 'webm'],
  [/^%PDF-/, 'pdf'],
  [/^\x89PNG\r\n/, 'png'],
  [/^\xff\xd8\xff/, 'jpg'],
  [/^GIF8[79]a/, 'gif'],
  [/^PK\x03\x04/, 'zip'],
  [/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)/i, 'html'],
  [/^(\xef\xbb\xbf)?\s*<\?xml/i, 'xml'],
  [/^(\xef\xbb\xbf)?\s*[[{]/, 'json'],
];

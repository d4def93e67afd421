/** What is read through an API of its own: by contact, file name or number of the digital contact. */
const documentKinds = ['chat', 'email', 'sms', 'file', 'messages'] as const;
type DocumentKind = (typeof documentKinds)[number];

/** Where a platform medium comes from. */
export type MediaAddress =
  /** Known to be denied, and not asked for again. */
  | { readonly kind: 'denied' }
  | { readonly kind: DocumentKind; readonly id: string }
  /** The nth attachment of a message, from 0. */
  | { readonly kind: 'attachment'; readonly url: string; readonly messageId: string; readonly n: number }
  | { readonly kind: 'recording'; readonly url: string };

const scheme = 'cxone:';

/**
 * A medium's address as the `url` of a `SourceMedium`: recordings have the API's, what is read through an API of its
 * own has one that only this connector understands, `cxone:email/1234`. It is never stored.
 */
export function addressText(address: MediaAddress): string {
  if (address.kind === 'denied') return `${scheme}denied`;
  if (address.kind === 'recording') return address.url;
  if (address.kind !== 'attachment') return textOf(address.kind, address.id);
  return textOf('attachment', address.messageId, String(address.n), address.url);
}

/** The opposite of {@link addressText}. */
export function readAddress(text: string): MediaAddress {
  if (text === `${scheme}denied`) return { kind: 'denied' };
  const [name, ...parts] = text.startsWith(scheme) ? text.slice(scheme.length).split('/') : [];
  const [first = '', n = '', url = ''] = parts.map(decodeURIComponent);
  if (name === 'attachment') return { kind: 'attachment', url, messageId: first, n: Number(n) };
  const kind = documentKinds.find((one) => one === name);
  return kind ? { kind, id: first } : { kind: 'recording', url: text };
}

function textOf(kind: string, ...parts: readonly string[]): string {
  return `${scheme}${[kind, ...parts.map(encodeURIComponent)].join('/')}`;
}

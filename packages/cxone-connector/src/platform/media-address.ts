/** What is read through an API of its own: by contact, file name or number of the digital contact. */
const documentKinds = ['chat', 'email', 'sms', 'file', 'messages'] as const;
type DocumentKind = (typeof documentKinds)[number];

/** Where a platform medium comes from. */
export type MediaAddress =
  /** Known to be denied, and not asked for again. */
  | { readonly kind: 'denied' }
  | { readonly kind: DocumentKind; readonly id: string }
  | { readonly kind: 'attachment' | 'recording'; readonly url: string };

const scheme = 'cxone:';

/**
 * A medium's address as the `url` of a `SourceMedium`: recordings have the API's, what is read through an API of its
 * own has one that only this connector understands, `cxone:email/1234`. It is never stored.
 */
export function addressText(address: MediaAddress): string {
  if (address.kind === 'denied') return `${scheme}denied`;
  if (address.kind === 'recording') return address.url;
  return `${scheme}${address.kind}/${encodeURIComponent('id' in address ? address.id : address.url)}`;
}

/** The opposite of {@link addressText}. */
export function readAddress(text: string): MediaAddress {
  if (text === `${scheme}denied`) return { kind: 'denied' };
  const [, kind, rest] = /^cxone:([a-z]+)\/(.*)$/s.exec(text) ?? [];
  if (rest === undefined) return { kind: 'recording', url: text };
  const id = decodeURIComponent(rest);
  if (kind === 'attachment') return { kind, url: id };
  const document = documentKinds.find((one) => one === kind);
  return document ? { kind: document, id } : { kind: 'recording', url: text };
}

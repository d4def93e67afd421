import { resolve } from 'node:path';
import { CxvaultError } from '@cxvault/plugin-api';
import { archiveUrl } from '../settings/archive-url.ts';

/** Where one object is: a local file, or a key in a store. */
export type ObjectAddress =
  | { readonly file: string; readonly archive: string | undefined }
  | { readonly store: URL; readonly key: string; readonly archive: string | undefined };

// The top-level folders of an archive that hold objects (archive-format.md).
const insideArchive = /^(?<archive>.*?)\/(?<key>(?:data|runs|keys)\/.+\.cxv)$/s;

/**
 * Reads what `decrypt` is given: a path, the address of an object, or with `archive` the name of an object in it, as
 * `verify` prints it. From a path or address inside an archive follows which one that is.
 */
export function objectAddress(text: string, folder: string, archive: URL | undefined): ObjectAddress {
  if (/^(data|runs|keys)\/.+\.cxv$/.test(text) && archive !== undefined) {
    return { store: archive, key: text, archive: archive.href };
  }
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    const file = resolve(folder, text);
    return { file, archive: insideArchive.exec(file)?.groups?.['archive'] };
  }
  return inStore(archiveUrl(text, folder));
}

function inStore(url: URL): ObjectAddress {
  const inside = insideArchive.exec(decodeURI(url.pathname))?.groups;
  const path = decodeURI(url.pathname);
  const key = inside?.['key'] ?? path.slice(path.lastIndexOf('/') + 1);
  if (key === '') {
    throw new CxvaultError('USAGE', 'this is the address of a folder', {
      context: { address: url.href },
      hint: 'give the address of one object',
    });
  }
  const store = new URL(url);
  store.pathname = path.slice(0, path.length - key.length).replace(/\/$/, '');
  return { store, key, archive: inside === undefined ? undefined : store.href };
}

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CxvaultError } from '@cxvault/plugin-api';

// Two letters at least: `C:\archive` is a path.
const schemePattern = /^[a-z][a-z0-9+.-]+:/i;

/** Where an archive may be named, the first that is set wins. */
export interface ArchiveChoice {
  readonly flag: string | readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly config: string | readonly string[] | undefined;
  /** Paths are relative to it. */
  readonly folder: string;
}

/**
 * The URLs of the archives that are named, each once, in the order that they are named in. Throws `CONFIG_INVALID` when
 * none is named, one is named twice or is no URL.
 */
export function chooseArchives(choice: ArchiveChoice): [URL, ...URL[]] {
  const [first, ...others] = namedIn(choice).map((text) => archiveUrl(text, choice.folder));
  if (first !== undefined) {
    refuseTwice([first, ...others]);
    return [first, ...others];
  }
  throw new CxvaultError('CONFIG_INVALID', 'no archive is named', {
    hint: 'give --archive URL or set CXVAULT_ARCHIVE, for example ./archive or s3://my-bucket/cxone/archives',
  });
}

/** As {@link chooseArchives}, for what works on one: also throws when several are named. */
export function chooseArchive(choice: ArchiveChoice): URL {
  const [first, second] = chooseArchives(choice);
  if (second === undefined) return first;
  throw new CxvaultError('CONFIG_INVALID', 'several archives are named, and this works on one', {
    hint: 'say which with --archive URL',
  });
}

/** As {@link chooseArchive}; undefined when none is named. */
export function findArchive(choice: ArchiveChoice): URL | undefined {
  return namedIn(choice).length === 0 ? undefined : chooseArchive(choice);
}

function namedIn({ flag, env, config }: ArchiveChoice): readonly string[] {
  const places = [flag, env.CXVAULT_ARCHIVE, bucket(env), config].map(all);
  return places.find(({ length }) => length > 0) ?? [];
}

function refuseTwice(urls: readonly URL[]): void {
  const twice = urls.find((url, at) => urls.findIndex(({ href }) => href === url.href) !== at);
  if (twice === undefined) return;
  throw new CxvaultError('CONFIG_INVALID', `an archive is named twice: ${twice.href}`, {
    hint: 'a second copy needs another place',
  });
}

/** A path or a URL as URL; a path becomes a `file:` URL. */
export function archiveUrl(text: string, folder: string): URL {
  if (!schemePattern.test(text)) return pathToFileURL(resolve(folder, text));
  const url = URL.parse(text);
  // `file:archive` would be /archive.
  if (url === null || /^file:(?!\/)/i.test(text)) {
    throw new CxvaultError('CONFIG_INVALID', `this is not an archive address: ${withoutUser(text)}`, {
      hint: 'write a path, or a URL such as s3://bucket/prefix or file:///path/of/archive',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new CxvaultError(
      'CONFIG_INVALID',
      `an archive address must not hold credentials: ${withoutUser(text)}`,
      {
        hint: "leave them to the cloud's own variables and credential files",
      },
    );
  }
  return url;
}

function withoutUser(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '');
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function all(named: string | readonly string[] | undefined): readonly string[] {
  if (typeof named === 'object') return named.filter((text) => text !== '');
  return given(named) === undefined || named === undefined ? [] : [named];
}

function bucket(env: NodeJS.ProcessEnv): string | undefined {
  const name = given(env.S3_BUCKET_NAME);
  return name === undefined ? undefined : `s3://${name}/cxone/archives`;
}

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CxvaultError } from '@cxvault/plugin-api';

// Two letters at least: `C:\archive` is a path.
const schemePattern = /^[a-z][a-z0-9+.-]+:/i;

/** Where an archive may be named, the first that is set wins. */
export interface ArchiveChoice {
  readonly flag: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly config: string | readonly string[] | undefined;
  /** Paths are relative to it. */
  readonly folder: string;
}

/** The URL of the archive to work on. Throws `CONFIG_INVALID` when none is named or it is no URL. */
export function chooseArchive(choice: ArchiveChoice): URL {
  const url = findArchive(choice);
  if (url !== undefined) return url;
  throw new CxvaultError('CONFIG_INVALID', 'no archive is named', {
    hint: 'give --archive URL or set CXVAULT_ARCHIVE, for example ./archive or s3://my-bucket/cxone/archives',
  });
}

/** As {@link chooseArchive}; undefined when none is named. */
export function findArchive(choice: ArchiveChoice): URL | undefined {
  const named =
    given(choice.flag) ?? given(choice.env.CXVAULT_ARCHIVE) ?? bucket(choice.env) ?? one(choice.config);
  return named === undefined ? undefined : archiveUrl(named, choice.folder);
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

function bucket(env: NodeJS.ProcessEnv): string | undefined {
  const name = given(env.S3_BUCKET_NAME);
  return name === undefined ? undefined : `s3://${name}/cxone/archives`;
}

function one(config: ArchiveChoice['config']): string | undefined {
  if (config === undefined || typeof config === 'string') return given(config);
  if (config.length <= 1) return given(config[0]);
  throw new CxvaultError(
    'CONFIG_INVALID',
    'the configuration file names several archives, and this command works on one',
    {
      hint: 'say which with --archive URL',
    },
  );
}

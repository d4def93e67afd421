import type { CapabilityCheck, SourceIdentity } from '@cxvault/plugin-api';

/** What a run does with the store, in the order in which `doctor` tries it. */
export type StoreStep = 'list' | 'write' | 'create once' | 'read' | 'remove';

/** Permissions of a role on CXone's page Roles & Permissions that stand behind a scope. */
const permissions: Readonly<Record<string, string>> = {
  'interactions:read': 'Search & Playback > APIs > Extract Interaction Metadata',
  'recordings:read': 'Search & Playback > Player > Play/download recordings: Play Any',
  'customfields:write': 'Search & Playback > APIs > Update Business Data',
};

/** Where in CXone's own pages a missing capability is put right; undefined when its own hint says all. */
export function cxoneRemedy(
  { name, detail }: CapabilityCheck,
  { profile }: SourceIdentity,
): string | undefined {
  if (profile !== 'interactions') return undefined; // the platform's own hints are in the words of those pages
  if (name === 'marker')
    return 'in CXone Admin, create a custom field of type string named archival_status; its id is shown with it';
  if (name !== 'scopes' && name !== 'list') return undefined;
  const missing = Object.keys(permissions).filter((scope) =>
    name === 'list' ? scope === 'interactions:read' : detail.includes(scope),
  );
  return missing.length === 0
    ? undefined
    : `${chosen}: ${missing.map((scope) => permissions[scope]).join('; ')}`;
}

const chosen =
  "a client's scopes are chosen in the CXone Application Registration; its user's role needs, in Admin > Security > " +
  'Roles & Permissions';

/** Where client id and secret, or the access key, of a refused login come from. */
export const loginRemedy =
  'NICE sends client id and secret after the CXone Application Registration; an access key is made in Admin > ' +
  'Employees > (the user) > Access Keys';

interface Console {
  /** The right behind each step. */
  readonly rights: Readonly<Record<StoreStep, string>>;
  /** Where rights are granted. */
  readonly grant: string;
}

const consoles: Readonly<Record<string, Console>> = {
  s3: {
    rights: {
      list: 's3:ListBucket on the bucket',
      write: 's3:PutObject',
      'create once': 's3:PutObject',
      read: 's3:GetObject',
      remove: 's3:DeleteObject (and s3:DeleteObjectVersion in a bucket with versions)',
    },
    grant:
      'AWS console: IAM > Users or Roles > (the identity) > Add permissions > Create inline policy, allow',
  },
  az: {
    rights: {
      list: 'blobs/read',
      write: 'blobs/write',
      'create once': 'blobs/add/action',
      read: 'blobs/read',
      remove: 'blobs/delete',
    },
    grant:
      'Azure portal: Storage account > Containers > (the container) > Access Control (IAM) > Add role assignment > ' +
      'Storage Blob Data Contributor, which has',
  },
  gs: {
    rights: {
      list: 'storage.objects.list',
      write: 'storage.objects.create',
      'create once': 'storage.objects.create',
      read: 'storage.objects.get',
      remove: 'storage.objects.delete',
    },
    grant:
      'Google Cloud console: Cloud Storage > Buckets > (the bucket) > Permissions > Grant access > Storage Object ' +
      'User, which has',
  },
  file: {
    rights: {
      list: 'read and search the folder',
      write: 'write the folder',
      'create once': 'write the folder',
      read: 'read its files',
      remove: 'write the folder',
    },
    grant: 'with chown and chmod, let the user that runs cxvault',
  },
};

/** Where the rights for steps that a store denied are granted; undefined for a store that we do not know. */
export function storeRemedy(scheme: string, steps: readonly StoreStep[]): string | undefined {
  const known = consoles[scheme];
  if (known === undefined || steps.length === 0) return undefined;
  return `${known.grant} ${[...new Set(steps.map((step) => known.rights[step]))].join(', ')}`;
}

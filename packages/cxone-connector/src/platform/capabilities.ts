import type { CapabilityCheck } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { apiUrl } from '../interactions/paths.ts';
import type { ContactRow } from './contact-row.ts';
import type { PlatformAddresses } from './tenant.ts';

/** What may be denied on its own: an API of the platform, and the role permission behind it. */
interface Capability {
  readonly name: string;
  readonly family: string;
  readonly url: (addresses: PlatformAddresses, contact: ContactRow) => URL;
  /** In the words of CXone's admin screens. */
  readonly permission: string;
}

/** Behind the Reporting API: the list, and what it tells of one contact. */
export const contactHistory = 'Reporting > Contact Handling > Contact History: View';

const contactPath =
  (path: string) =>
  ({ acd }: PlatformAddresses, { contactId }: ContactRow): URL =>
    apiUrl(acd, `/contacts/${encodeURIComponent(contactId)}/${path}`);

const capabilities: readonly Capability[] = [
  ...['custom-data', 'state-history', 'hierarchy'].map((name) => ({
    name,
    family: 'acd',
    url: contactPath(name),
    permission: contactHistory,
  })),
  ...['historical-chat-transcript', 'email-transcript', 'sms-transcripts'].map((path) => ({
    name: path.replace('historical-', ''),
    family: 'acd',
    url: contactPath(path),
    permission: contactHistory,
  })),
  {
    name: 'files',
    family: 'acd',
    url: contactPath('files'),
    permission: 'Data > Central Files and Folders: View',
  },
  {
    name: 'media-playback',
    family: 'media-playback',
    url: ({ api }, { masterContactId }) => {
      const url = apiUrl(api, '/media-playback/v1/contacts');
      url.search = new URLSearchParams({
        'acd-call-id': masterContactId,
        'media-type': 'all',
        'exclude-waveforms': 'true',
      }).toString();
      return url;
    },
    permission: 'Search & Playback > Player > Play/download recordings: Play Any',
  },
  {
    name: 'dfo',
    family: 'dfo',
    url: ({ dfo }, { contactId }) => apiUrl(dfo, `/contacts/${encodeURIComponent(contactId)}`),
    permission: 'ACD > Digital Engagement, and View of its Points of Contact Digital',
  },
];

/** Tries each with one call, never again: what comes first is what is wanted to be known. */
export async function checkCapabilities(
  client: ApiClient,
  addresses: PlatformAddresses,
  contact: ContactRow | undefined,
  signal: AbortSignal | undefined,
): Promise<CapabilityCheck[]> {
  const checks: CapabilityCheck[] = [];
  const throttled = new Set<string>();
  for (const capability of capabilities) {
    const { name, family, url } = capability;
    if (contact === undefined) {
      checks.push({ name, state: 'unknown', detail: 'no contact of the last day to try it on' });
    } else if (throttled.has(family)) {
      checks.push({ name, state: 'unknown', detail: `not tried: the ${family} API throttles just now` });
    } else {
      const failed = await tried(client, family, url(addresses, contact), signal);
      if ([429, 503].includes(failed?.failure.status ?? 0)) throttled.add(family);
      checks.push({ name, ...finding(failed, capability) });
    }
  }
  return checks;
}

async function tried(
  client: ApiClient,
  family: string,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<RequestFailure | undefined> {
  try {
    await client.send({ family, method: 'GET', url, once: true, ...(signal && { signal }) });
    return undefined;
  } catch (error) {
    if (error instanceof RequestFailure) return error;
    throw error;
  }
}

function finding(
  failed: RequestFailure | undefined,
  { permission }: Capability,
): Omit<CapabilityCheck, 'name'> {
  if (failed === undefined) return { state: 'ok', detail: 'can be read' };
  const { status, reason } = failed.failure;
  const words = failed.detail === undefined ? '' : ` (${failed.detail})`;
  if (status === 404) return { state: 'ok', detail: 'can be read; the contact that was tried has none' };
  if (status === 429) return { state: 'ok', detail: 'can be read, but is throttled just now' };
  if (status === 403) return { state: 'missing', detail: `denied${words}`, hint: grant(permission) };
  return { state: 'unknown', detail: `no answer that tells: ${String(status ?? reason)}${words}` };
}

/** Where a permission is given. */
export function grant(permission: string): string {
  return `in Admin > Security > Roles & Permissions, give the role of the access key's user: ${permission}`;
}

import type { CapabilityCheck } from '@cxvault/plugin-api';
import type { ApiClient } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { contactPath, urlOf } from './calls.ts';
import type { ContactRow } from './contact-row.ts';
import { parts } from './parts.ts';
import type { Part } from './parts.ts';
import { permissions } from './permissions.ts';
import { playbackUrl } from './playback.ts';
import type { PlatformAddresses } from './tenant.ts';

/** The cheapest call that tells whether a part may be read. */
function tryOf(
  part: Part,
  { acd, api, dfo }: PlatformAddresses,
  { contactId, masterContactId }: ContactRow,
): { readonly family: string; readonly url: URL } {
  if (part === 'dfo') return { family: 'dfo', url: urlOf(dfo, contactPath(contactId, '')) };
  if (part === 'media-playback') return { family: part, url: playbackUrl(api, masterContactId) };
  const path = part === 'chat-transcript' ? 'historical-chat-transcript' : part;
  return { family: 'acd', url: urlOf(acd, contactPath(contactId, `/${path}`)) };
}

/** Tries each with one call, never again: what comes first is what is wanted to be known. */
export async function checkCapabilities(
  client: ApiClient,
  addresses: PlatformAddresses,
  contact: ContactRow | undefined,
  signal: AbortSignal | undefined,
): Promise<CapabilityCheck[]> {
  const checks: CapabilityCheck[] = [];
  const throttled = new Set<string>();
  for (const name of parts) {
    if (contact === undefined) {
      checks.push({ name, state: 'unknown', detail: 'no contact of the last day to try it on' });
      continue;
    }
    const { family, url } = tryOf(name, addresses, contact);
    if (throttled.has(family)) {
      checks.push({ name, state: 'unknown', detail: `not tried: the ${family} API throttles just now` });
      continue;
    }
    const failed = await tried(client, family, url, signal);
    if ([429, 503].includes(failed?.failure.status ?? 0)) throttled.add(family);
    checks.push({ name, ...finding(failed, permissions[name].permission) });
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

function finding(failed: RequestFailure | undefined, permission: string): Omit<CapabilityCheck, 'name'> {
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

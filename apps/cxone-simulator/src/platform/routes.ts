import type { Family } from '../fault-settings.ts';
import { decode } from '../request-body.ts';
import type { Match } from '../site.ts';
import type { Capability } from './capabilities.ts';

/** What a route gives; login and signed media need no permission of their own. */
export type Target = Capability | 'login' | 'media' | 'dfo-messages' | 'dfo-message' | 'dfo-attachment';

interface Route {
  readonly family: Family;
  readonly target: Target;
  readonly method: string;
  /** The id that it is about is its group `id`. */
  readonly pattern: RegExp;
}

/** Under this, the ACD's paths: any case, and the version is a group. */
const acd = '^/incontactapi/services/v(?<version>\\d{1,2})\\.0';

function acdRoute(target: Capability, path: string, family: Family = 'detail'): Route {
  return { family, target, method: 'GET', pattern: new RegExp(`${acd}${path}$`, 'i') };
}

function route(family: Family, target: Target, method: string, pattern: RegExp): Route {
  return { family, target, method, pattern };
}

const ofContact = '/contacts/(?<id>\\d+)';
const routes: readonly Route[] = [
  acdRoute('completed', '/contacts/completed', 'query'),
  acdRoute('contact', ofContact),
  acdRoute('custom-data', `${ofContact}/custom-data`),
  acdRoute('state-history', `${ofContact}/(state-history|statehistory)`),
  acdRoute('hierarchy', `${ofContact}/hierarchy`),
  acdRoute('chat-transcript', `${ofContact}/historical-chat-transcript`),
  acdRoute('email-transcript', `${ofContact}/email-transcript`),
  acdRoute('sms-transcripts', `${ofContact}/sms-transcripts`),
  acdRoute('files', `${ofContact}/files`),
  acdRoute('file', '/files'),
  route('playback', 'playback', 'GET', /^\/media-playback\/v1\/contacts$/),
  route('media', 'media', 'GET', /^\/recordings\/(?<id>[^/]+)\.mp4$/),
  route('mark', 'business-data', 'PUT', /^\/business-data-manager\/v1\/business-data\/contact\/(?<id>\d+)$/),
  route('digital', 'dfo', 'GET', /^\/dfo\/3\.0\/contacts\/(?<id>[^/]+)$/),
  route('digital', 'dfo-messages', 'GET', /^\/dfo\/3\.0\/contacts\/(?<id>[^/]+)\/messages$/),
  route('digital', 'dfo-message', 'GET', /^\/dfo\/3\.0\/messages\/(?<id>[^/]+)$/),
  route('media', 'dfo-attachment', 'GET', /^\/dfo\/3\.0\/attachments\/(?<id>[^/]+)$/),
  route('mark', 'dfo-mark', 'PUT', /^\/dfo\/3\.0\/contacts\/(?<id>[^/]+)\/custom-fields$/),
  route('token', 'login', 'POST', /^\/auth\/token$/),
  route('token', 'login', 'GET', /^\/\.well-known\/openid-configuration$/),
  route('token', 'login', 'GET', /^\/\.well-known\/cxone-configuration$/),
  route('token', 'login', 'POST', /^\/authentication\/v1\/token\/access-key$/),
  route('token', 'login', 'POST', /^\/public\/user\/refresh$/),
];

const oldestVersion = 6;
const newestVersion = 33;

export interface PlatformMatch extends Match {
  readonly capability: Target;
}

/** The route of a request, and what it is about. */
export function findRoute(method: string, path: string, query: URLSearchParams): PlatformMatch | undefined {
  for (const { family, target, method: needed, pattern } of routes) {
    const groups = method === needed ? pattern.exec(path)?.groups : undefined;
    if (method !== needed || !pattern.test(path)) continue;
    const version = groups?.['version'];
    if (version !== undefined && !isVersion(Number(version))) return undefined;
    const id =
      target === 'playback' ? query.get('acd-call-id') : target === 'file' ? query.get('fileName') : '';
    const named = id === '' ? decode(groups?.['id'] ?? '') : (id ?? '');
    const about = target === 'login' ? path : target === 'completed' ? query.toString() : named;
    return { family, capability: target, id: named, resource: `${target} ${about}` };
  }
  return undefined;
}

/** The version in an ACD path. */
export function versionOf(path: string): number {
  return Number(/\/v(\d+)\.0\//i.exec(path)?.[1]);
}

function isVersion(version: number): boolean {
  return version >= oldestVersion && version <= newestVersion;
}

import type { Family } from '../fault-settings.ts';
import { decode } from '../request-body.ts';
import { matchRoute } from '../route.ts';
import type { Route } from '../route.ts';
import type { Match } from '../site.ts';
import type { Capability } from './capabilities.ts';

/** What a route gives; login and signed media need no permission of their own. */
export type Target = Capability | 'login' | 'media' | 'dfo-messages' | 'dfo-message' | 'dfo-attachment';

interface PlatformRoute extends Route {
  readonly target: Target;
}

/** Under this, the ACD's paths: any case, and the version is a group. */
const acd = '^/incontactapi/services/v(?<version>\\d{1,2})\\.0';

function acdRoute(target: Capability, path: string, family: Family = 'detail'): PlatformRoute {
  return { family, target, method: 'GET', pattern: new RegExp(`${acd}${path}$`, 'i') };
}

function route(family: Family, target: Target, method: string, pattern: RegExp): PlatformRoute {
  return { family, target, method, pattern };
}

const ofContact = '/contacts/(?<id>\\d+)';
const routes: readonly PlatformRoute[] = [
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

/** What names a thing in the query, not in the path. */
const askedBy: Readonly<Partial<Record<Target, string>>> = { playback: 'acd-call-id', file: 'fileName' };

const oldestVersion = 6;
const newestVersion = 33;

export interface PlatformMatch extends Match {
  readonly capability: Target;
}

/** The route of a request, and what it is about. */
export function findRoute(method: string, path: string, query: URLSearchParams): PlatformMatch | undefined {
  const match = matchRoute(routes, method, path);
  if (match === undefined) return undefined;
  const { family, target } = match.route;
  const { id: inPath = '', version } = match.groups;
  if (version !== undefined && !isVersion(Number(version))) return undefined;
  const asked = askedBy[target];
  const id = asked === undefined ? decode(inPath) : (query.get(asked) ?? '');
  const about = target === 'login' ? path : target === 'completed' ? query.toString() : id;
  return { family, capability: target, id, resource: `${target} ${about}` };
}

/** The version in an ACD path. */
export function versionOf(path: string): number {
  return Number(/\/v(\d+)\.0\//i.exec(path)?.[1]);
}

function isVersion(version: number): boolean {
  return version >= oldestVersion && version <= newestVersion;
}

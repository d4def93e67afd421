import type { Part } from './parts.ts';

/** What the user sees of a part that is denied. */
export interface PartPermission {
  /** The part in words. */
  readonly name: string;
  /** The permission of the role that gives it, as the CXone admin screens write it; where NICE documents none, the area. */
  readonly permission: string;
}

/** By part (cxone-shapes.md, 1.2: permissions are the role's of the access key's user). */
export const permissions: Readonly<Record<Part, PartPermission>> = {
  'custom-data': { name: 'custom data', permission: 'ACD > Reporting API: contact data' },
  'state-history': { name: 'state histories', permission: 'ACD > Reporting API: contact data' },
  hierarchy: { name: 'hierarchies', permission: 'ACD > Reporting API: contact data' },
  'chat-transcript': { name: 'chat transcripts', permission: 'ACD > Admin API: chat transcripts' },
  'email-transcript': { name: 'e-mail transcripts', permission: 'ACD > Admin API: e-mail transcripts' },
  'sms-transcripts': { name: 'SMS transcripts', permission: 'ACD > Reporting API: SMS transcripts' },
  files: { name: 'files', permission: 'ACD > Admin API: contact files' },
  'media-playback': {
    name: 'recordings',
    permission: 'Search & Playback > Player > Play/download recordings: Play Any',
  },
  dfo: {
    name: 'digital messages',
    permission: 'Digital > Digital Engagement API: read contacts and messages',
  },
};

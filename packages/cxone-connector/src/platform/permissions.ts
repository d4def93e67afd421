import type { Part } from './parts.ts';

/** What the user sees of a part that is denied. */
export interface PartPermission {
  /** The part in words. */
  readonly name: string;
  /**
   * The permission of the role that gives it, as the CXone admin screens write it. NICE documents that of recordings
   * for its APIs; the others are those of the same data in CXone's own pages.
   */
  readonly permission: string;
}

const contactHistory = 'Reporting > Contact Handling > Contact History: View';

/** By part (cxone-shapes.md, 1.2: permissions are the role's of the access key's user). */
export const permissions: Readonly<Record<Part, PartPermission>> = {
  'custom-data': { name: 'custom data', permission: contactHistory },
  'state-history': { name: 'state histories', permission: contactHistory },
  hierarchy: { name: 'hierarchies', permission: contactHistory },
  'chat-transcript': { name: 'chat transcripts', permission: contactHistory },
  'email-transcript': { name: 'e-mail transcripts', permission: contactHistory },
  'sms-transcripts': { name: 'SMS transcripts', permission: contactHistory },
  files: { name: 'files', permission: 'Data > Central Files and Folders: View' },
  'media-playback': {
    name: 'recordings',
    permission: 'Search & Playback > Player > Play/download recordings: Play Any',
  },
  dfo: {
    name: 'digital messages',
    permission: 'ACD > Digital Engagement, and View of its Points of Contact Digital',
  },
};

/** The permission behind the list of contacts. */
export const listPermission = contactHistory;

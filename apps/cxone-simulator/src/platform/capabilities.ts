/** What a tenant's role can permit or deny on its own. */
export const capabilities = [
  'completed',
  'contact',
  'custom-data',
  'state-history',
  'hierarchy',
  'chat-transcript',
  'email-transcript',
  'sms-transcripts',
  'files',
  'file',
  'playback',
  'business-data',
  'dfo',
  'dfo-mark',
] as const;
export type Capability = (typeof capabilities)[number];

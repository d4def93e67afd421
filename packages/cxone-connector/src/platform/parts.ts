/** What CXone gives of a contact only to those whose role permits it, each on its own. */
export const parts = [
  'custom-data',
  'state-history',
  'hierarchy',
  'chat-transcript',
  'email-transcript',
  'sms-transcripts',
  'files',
  'media-playback',
  'dfo',
] as const;
export type Part = (typeof parts)[number];

/** Why a part is not there: `empty` is an answer without content (204). */
export type AbsenceReason = 'denied' | 'not-found' | 'empty' | 'incomplete';

/** A part that an interaction lacks, as its payload lists it. */
export interface AbsentPart {
  readonly part: Part;
  /** The leg; the master contact for what belongs to all legs. */
  readonly contactId: string;
  readonly reason: AbsenceReason;
}

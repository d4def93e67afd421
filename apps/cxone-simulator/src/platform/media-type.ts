/** The media types of the ACD, by the ids that its answers and the settings have. */
export const mediaTypes = {
  email: 1,
  chat: 3,
  call: 4,
  voiceMail: 5,
  workItem: 6,
  sms: 7,
  social: 8,
  digital: 9,
} as const;

/** How the list names a media type, by id. */
export const mediaTypeNames: Readonly<Record<number, string>> = {
  [mediaTypes.email]: 'E-Mail',
  [mediaTypes.chat]: 'Chat',
  [mediaTypes.call]: 'Phone Call',
  [mediaTypes.voiceMail]: 'Voice Mail',
  [mediaTypes.workItem]: 'Work Item',
  [mediaTypes.sms]: 'SMS',
  [mediaTypes.social]: 'Social',
  [mediaTypes.digital]: 'Digital',
};

/** Whether contacts of this type have recordings. */
export function isRecorded(mediaTypeId: number): boolean {
  return mediaTypeId === mediaTypes.call || mediaTypeId === mediaTypes.voiceMail;
}

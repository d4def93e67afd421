/**
 * The numbers that keep the simulator's random choices apart: each choice hashes with a stream of its own, so one
 * more choice changes none of the others.
 */
export const streams = {
  scrambleId: 1,
  idTail: 2,
  updated: 3,
  duration: 4,
  kind: 5,
  participant: 6,
  mediaCount: 7,
  mediaKind: 8,
  mediaBytes: 9,
  mediaContent: 10,
  denied: 11,
  missing: 12,
  locked: 13,
  mediaDenied: 14,
  mediaMissing: 15,
  late: 16,
  lateBy: 17,
  stale: 18,
  fault: 19,
  faultKind: 20,
  spelling: 21,
  text: 22,
  editTarget: 23,
  leaveTarget: 24,
  editKind: 25,
  requestId: 26,
  token: 27,
  urlForm: 28,
} as const;

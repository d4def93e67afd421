// Where the objects of an archive lie, relative to its prefix (archive-format: "The archive format, version 1").

export const descriptorKey = 'cxvault.json';
export const slotPrefix = 'keys/slots/';
export const ringPrefix = 'keys/ring/';
export const dataPrefix = 'data/';
export const recordsPrefix = 'data/records/';
export const mediaPrefix = 'data/media/';
export const runsPrefix = 'runs/';
export const runLockPrefix = 'locks/run/';

/** The number of the last entry that a run may write before it goes on under a new run id. */
export const lastEntryNumber = 999_999;

export function slotKey(slotId: string): string {
  return `${slotPrefix}${slotId}.slot`;
}

export function ringKey(keyId: string): string {
  return `${ringPrefix}${keyId}.cxv`;
}

export function segmentKey(objectId: string, storedAt: Date): string {
  return `${recordsPrefix}${dayFolder(storedAt)}/${objectId}.cxv`;
}

export function mediumKey(objectId: string, storedAt: Date): string {
  return `${mediaPrefix}${dayFolder(storedAt)}/${objectId}.cxv`;
}

export function entryKey(runId: string, n: number): string {
  return `${runsPrefix}${runId}/${String(n).padStart(6, '0')}.cxv`;
}

export function reportKey(runId: string): string {
  return `${runsPrefix}${runId}/report.cxv`;
}

export function runLockKey(n: number): string {
  return `${runLockPrefix}${n}.json`;
}

/** What an object below `runs/` is, by its name; undefined for names that the format does not know. */
export function parseRunKey(
  key: string,
): { runId: string; n: number } | { runId: string; report: true } | undefined {
  const match = /^runs\/([0-9a-f-]{36})\/(?:(\d{6})|report)\.cxv$/.exec(key);
  if (!match?.[1]) return undefined;
  return match[2] === undefined
    ? { runId: match[1], report: true }
    : { runId: match[1], n: Number(match[2]) };
}

function dayFolder(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '/');
}

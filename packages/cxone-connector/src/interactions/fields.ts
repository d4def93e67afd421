import { z } from 'zod';
import { normaliseTime } from '../times.ts';
import { isPathId } from './paths.ts';

/** An id, as string or number. */
export const anyIdField = z
  .union([z.string(), z.number().transform(String)])
  .refine((id) => id !== '' && id.isWellFormed(), 'is no id');

/** {@link anyIdField}; one that cannot stand in a path makes the answer invalid. */
export const idField = anyIdField.refine(isPathId, 'is no usable id');

/** Text that may be missing; numbers count as text, anything else as missing. */
export const textField = z.unknown().transform((value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
});

/** A time that may be missing or unreadable; ISO 8601 UTC with milliseconds. */
export const timeField = z.unknown().transform(normaliseTime);

/** Milliseconds that may be missing or unreadable; whole and not negative. */
export const durationField = z.unknown().transform((value) => {
  const text = typeof value === 'string' ? value.trim() : value;
  const ms = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return typeof ms === 'number' && Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : undefined;
});

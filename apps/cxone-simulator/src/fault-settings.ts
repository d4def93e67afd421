import { z } from 'zod';
import { capabilities } from './platform/capabilities.ts';

/** The kinds of requests that are counted and limited apart; the last two exist in the profile `platform` only. */
export const families = ['token', 'query', 'detail', 'media', 'mark', 'playback', 'digital'] as const;
/** The name of a kind of requests. */
export type Family = (typeof families)[number];

const rate = z.number().min(0).max(1);
/** When a passing fault hits, and what of it can be chosen. */
const whole = z.strictObject({
  rate: rate.default(0),
  /** Request numbers, per family, from 1. */
  at: z.array(z.int().positive()).default([]),
  families: z.array(z.enum(families)).optional(),
  /** `throttle`: the form of Retry-After, and its seconds. */
  retryAfter: z.enum(['seconds', 'date', 'none', 'mixed']).default('mixed'),
  seconds: z.int().min(0).default(1),
  /** `serverError`: without it, one of the three. */
  status: z.union([z.literal(500), z.literal(502), z.literal(503)]).optional(),
  /** `slow`: how long. */
  milliseconds: z.number().min(0).default(200),
});

/** A probability, a list of request numbers, or {@link whole}. */
const transient = z
  .union([
    rate.transform((value) => whole.parse({ rate: value })),
    z.array(z.int().positive()).transform((value) => whole.parse({ at: value })),
    whole,
  ])
  .optional();

/** A share of all interactions (or media), a list of their ids, or both. */
const chosen = z
  .union([
    rate.transform((fraction) => ({ fraction, ids: [] as string[] })),
    z.array(z.string()).transform((ids) => ({ fraction: 0, ids })),
    z.strictObject({ fraction: rate.default(0), ids: z.array(z.string()).default([]) }),
  ])
  .transform(({ fraction, ids }) => ({ fraction, ids: new Set(ids) }))
  .optional();

/** What goes wrong, and how often. The README explains each name. */
export const faultSchema = z.strictObject({
  throttle: transient,
  serverError: transient,
  resetBefore: transient,
  resetBody: transient,
  cutBody: transient,
  html200: transient,
  html5xx: transient,
  slow: transient,
  hang: transient,
  expiredCursor: transient,
  /** At most so many transient faults in a row on one resource; undefined: as chance has it. */
  maxInARow: z.int().min(0).optional(),
  denied: chosen,
  missing: chosen,
  mediaDenied: chosen,
  mediaMissing: chosen,
  locked: chosen,
  /** What the access key's role does not permit (profile `platform`): 403 for all of it. */
  deniedCapabilities: z.array(z.enum(capabilities)).default([]),
});

/** Faults as they were read, with all defaults. */
export type Faults = z.output<typeof faultSchema>;
/** What goes wrong, as it is set: the option `faults`, `configure()` and `POST /__faults`. */
export type FaultSettings = z.input<typeof faultSchema>;
/** What a lasting fault hits. */
export type Chosen = NonNullable<Faults['denied']>;

/** The faults that pass when asked again, in the order in which they are drawn. */
export const transientKinds = [
  'hang',
  'resetBefore',
  'throttle',
  'serverError',
  'html5xx',
  'html200',
  'resetBody',
  'cutBody',
  'expiredCursor',
  'slow',
] as const;
/** The name of a fault that passes. */
export type TransientKind = (typeof transientKinds)[number];

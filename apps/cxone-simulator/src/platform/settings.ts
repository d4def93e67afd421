import { z } from 'zod';
import { range } from '../range-setting.ts';
import { mediaTypes } from './media-type.ts';

const count = z.int().min(0);
const milliseconds = z.number().min(0);
const share = z.number().min(0).max(1);
const minute = 60_000; // ms
const hour = 60 * minute;
const day = 24 * hour;

const mediaType = z.union(Object.values(mediaTypes).map((id) => z.literal(id)));

/** What a single contact is like, in place of what the seed says. */
export const shapeSchema = z.strictObject({
  mediaTypeId: mediaType.optional(),
  legs: z.int().min(1).max(4).optional(),
  /** The time between two legs. */
  gapMs: milliseconds.optional(),
  /** How long the first leg lasts. */
  durationMs: milliseconds.optional(),
  isLogged: z.boolean().optional(),
  /** `missing`: 404 until they are ready; `bare`: an interaction without `fileToPlayUrl`. */
  lateRecording: z.enum(['none', 'missing', 'bare']).optional(),
  /** Whether it is edited some hours after its end, and whether its recordings are gone before that. */
  edited: z.boolean().optional(),
  purged: z.boolean().optional(),
  bigFile: z.boolean().optional(),
});

const login = z.strictObject({
  accessKeyId: z.string().default('demo-access-key'),
  accessKeySecret: z.string().default('demo-access-secret'),
  /** How long a refresh token is good. Each can be used once. */
  refreshSeconds: z.number().positive().default(7200),
});

const list = z.strictObject({
  /** `byVersion`: the old field names below v25. */
  fieldNames: z.enum(['byVersion', 'new', 'old']).default('byVersion'),
  defaultTop: count.min(1).default(1000),
  maxTop: count.min(1).max(10_000).default(10_000),
  /** The longest range from startDate to endDate. */
  maxRangeMs: milliseconds.default(31 * day),
  /** How far back `updatedSince` reaches, and what becomes of one that is older. */
  updatedSinceMs: milliseconds.default(30 * day),
  oldUpdatedSince: z.enum(['refuse', 'clamp']).default('refuse'),
  /** How long after its end a row shows. */
  visibleAfterMs: range(milliseconds, [0, 40 * minute]),
  /** The first lastUpdateTime of a row: its end, or when it shows. */
  firstUpdate: z.enum(['ended', 'shown']).default('ended'),
  /** Whether a mark, and a recording that became ready, change lastUpdateTime. */
  markBumps: z.boolean().default(true),
  readyBumps: z.boolean().default(false),
});

/** Shares of all contacts, and what they are like. */
const contacts = z.strictObject({
  /** The media types, one contact after the other. */
  mediaTypes: z.array(mediaType).min(1).default([4, 3, 1, 5, 6, 7, 8, 9, 4, 4, 9, 4, 3, 4, 1, 4]),
  /** Ids above 2^53. */
  largeIds: share.default(0.25),
  /** More than one leg; of these, hours apart. */
  manyLegs: share.default(0.3),
  spread: share.default(0.3),
  gapMs: range(milliseconds, [2 * hour, 28 * hour]),
  /** 10 h long. */
  long: share.default(0.02),
  longMs: milliseconds.default(10 * hour),
  unlogged: share.default(0.05),
  /** Edited so long after the end. */
  edited: share.default(0.1),
  editedAfterMs: range(milliseconds, [hour, 72 * hour]),
  lateRecording: share.default(0.05),
  lateRecordingMs: milliseconds.default(6 * hour),
  purged: share.default(0.02),
  bigFile: share.default(0.01),
  bigFileBytes: count.max(100_000_000).default(5_000_000),
  /** What single contacts are like, by number; 0 is the newest. */
  only: z.record(z.string().regex(/^\d+$/), shapeSchema).default({}),
});

/** What only the profile `platform` has. The README explains each name. */
export const platformSchema = z.strictObject({
  login: login.prefault({}),
  list: list.prefault({}),
  contacts: contacts.prefault({}),
  /** Playback calls in any so many seconds above which they are throttled; 0 requests: never. */
  playbackLimit: z
    .strictObject({ requests: count.default(150), seconds: z.number().positive().default(300) })
    .prefault({}),
  /** How long a signed address is good. */
  urlSeconds: z.number().positive().default(60),
});

/** The settings `platform`, with all defaults. */
export type PlatformSettings = z.output<typeof platformSchema>;
/** What was set of a single contact. */
export type ShapeSettings = z.output<typeof shapeSchema>;

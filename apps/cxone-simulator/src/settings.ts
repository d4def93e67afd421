import { z } from 'zod';
import { families, faultSchema } from './fault-settings.ts';
import { platformSchema } from './platform/settings.ts';
import { range } from './range-setting.ts';

const scopes = ['interactions:read', 'recordings:read', 'customfields:write'] as const;
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const fraction = z.number().min(0).max(1);
const day = 86_400_000; // ms

const login = z.strictObject({
  clientId: z.string().default('demo-client'),
  clientSecret: z.string().default('demo-secret'),
  /** How a client may show its secret. */
  clientAuth: z
    .array(z.enum(['basic', 'post']))
    .min(1)
    .default(['basic', 'post']),
  grantedScopes: z.array(z.string()).default([...scopes]),
  /** Whether the token answer names the granted scopes. */
  scopeInAnswer: z.boolean().default(true),
  tokenSeconds: z.number().positive().default(3600),
  opaqueToken: z.boolean().default(false),
  tenantId: z.string().optional(),
});

const population = z.strictObject({
  interactions: count.max(0xffff_ffff).default(100),
  /** Over how long before the start update times are spread. */
  spanMs: milliseconds.default(30 * day),
  /** How old the newest one is at the start. */
  newestAgeMs: milliseconds.default(5 * 60_000),
  /** Its update time outright: the same rows at the same times whenever the simulator is started. */
  newestTime: z.iso.datetime({ offset: true }).optional(),
  /** 1,000: update times are whole seconds. */
  timeResolutionMs: z.int().positive().default(1),
  /** The tenant's time at the start; without it, this machine's clock. Content hangs on the seed, times also on this. */
  startTime: z.iso.datetime({ offset: true }).optional(),
  clockOffsetMs: z.number().default(0),
});

const media = z
  .strictObject({
    kind: z.enum(['none', 'wav', 'mixed']).default('wav'),
    perInteraction: range(count.max(0xffff), [1, 1]),
    bytes: range(count.min(64).max(4_000_000_000), [16_384, 65_536]),
    /** Sizes of the first medium of some interactions, by their number: one giant among small ones. */
    bytesOf: z.record(z.string().regex(/^\d+$/), count.min(64).max(4_000_000_000)).default({}),
    url: z.enum(['absolute', 'relative', 'mixed']).default('absolute'),
    /** `other`: a second port; `redirect`: the API's own port answers 302 to the second. */
    origin: z.enum(['same', 'other', 'redirect']).default('same'),
    /** `bearer`: unsigned addresses that need the access token (only with `same`). */
    auth: z.enum(['signed', 'bearer']).default('signed'),
    urlSeconds: z.number().positive().default(900),
    /** Whether the second port refuses requests with an access token, as object stores do. They are counted anyway. */
    refuseBearer: z.boolean().default(true),
  })
  .refine((value) => value.auth === 'signed' || value.origin === 'same', 'auth `bearer` needs origin `same`');

const list = z.strictObject({
  maxPageSize: count.min(1).default(100),
  cursorSeconds: z.number().positive().default(900),
  expiredCursorStatus: z.union([z.literal(400), z.literal(410)]).default(400),
});

const movement = z.strictObject({
  arrivalsPerHour: z.number().min(0).default(0),
  editsPerHour: z.number().min(0).default(0),
  leavesPerHour: z.number().min(0).default(0),
  /** How long a row that left stays away. */
  awayMs: milliseconds.default(10 * 60_000),
  /** The share of rows that become visible late, and by how much at most. */
  lateFraction: fraction.default(0),
  lateMaxMs: milliseconds.default(6 * 3_600_000),
});

const stale = z.strictObject({
  /** The share of changes after which the detail lags behind its row. */
  fraction: fraction.default(0),
  /** How many detail requests get the older version. */
  reads: count.max(1000).default(1),
});

/** Everything that makes a tenant what it is. The README explains each name. */
export const settingsSchema = z.strictObject({
  profile: z.enum(['interactions', 'platform']).default('interactions'),
  port: z.int().min(0).max(65_535).default(0),
  seed: z.union([z.string(), z.number().transform(String)]).default('1'),
  spelling: z.enum(['camel', 'snake', 'mixed']).default('camel'),
  markerFields: z.array(z.string()).min(1).default(['archival_status']),
  login: login.prefault({}),
  population: population.prefault({}),
  media: media.prefault({}),
  list: list.prefault({}),
  movement: movement.prefault({}),
  stale: stale.prefault({}),
  faults: faultSchema.prefault({}),
  /** What only the profile `platform` has. */
  platform: platformSchema.prefault({}),
  /** Requests per second above which a family is really throttled, as a server would. */
  limits: z.partialRecord(z.enum(families), z.int().positive()).default({}),
});

/** Settings as they were read, with all defaults. */
export type Settings = z.output<typeof settingsSchema>;
/** Settings as they are set; every one can be left out. */
export type SettingsInput = z.input<typeof settingsSchema>;

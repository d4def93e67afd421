import { z } from 'zod';
import { durationMs } from './duration.ts';

const duration = z.string().refine((text) => durationMs(text) !== undefined, {
  message: 'must be a duration such as 250ms, 90s, 45m, 2h or 7d',
});
const count = z.int().positive();
const moment = z.string().min(1);

const budgetFamilies = [
  'query',
  'detail',
  'mark',
  'media',
  'acd',
  'media-playback',
  'business-data',
  'dfo',
  'data-extraction',
] as const;

const budget = z.strictObject({
  limit: z.int().min(0).describe('requests per period; 0: no limit'),
  per: duration.optional().describe('the period as the server counts it, for example 300s'),
});

const cxone = z.strictObject({
  profile: z.enum(['interactions', 'platform']).optional(),
  apiBase: z.url().optional(),
  issuer: z.url().optional(),
  tokenUrl: z.url().optional(),
  apiVersion: z.union([z.string().min(1), z.int().positive()]).optional(),
  settlingLag: duration.optional(),
  lookBack: duration.optional(),
  markerField: z.union([z.string().min(1), z.int().positive()]).optional(),
  markerName: z.string().min(1).optional().describe('name of the field that marks are written to'),
  volatileFields: z.array(z.string().min(1)).optional(),
  queryPath: z.string().min(1).optional(),
  detailPath: z.string().min(1).optional(),
  markPath: z.string().min(1).optional(),
  allowPlainHttp: z
    .boolean()
    .optional()
    .describe('permit http:// to other machines: the bearer token goes in clear'),
  budgets: z.partialRecord(z.enum(budgetFamilies), budget).optional(),
});

const run = z.strictObject({
  since: moment.optional(),
  until: moment.optional(),
  limit: count.optional(),
  media: z.boolean().optional().describe('false: as --no-media'),
  mark: z.boolean().optional().describe('false: as --no-mark'),
  retryFailed: z.boolean().optional(),
  format: z.enum(['cxv', 'envelope']).optional(),
  compression: z.enum(['zstd', 'none']).optional(),
  concurrency: count.max(256).optional(),
  report: z.string().min(1).optional(),
  reportRecords: z.enum(['all', 'failed', 'none']).optional(),
});

const verify = z.strictObject({
  depth: z.enum(['structure', 'checksum', 'sample', 'full']).optional(),
  sample: z.string().optional(),
  maxAge: duration.optional(),
});

const log = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  file: z.string().min(1).optional(),
});

/** The configuration file, as cli.md has it. Unknown names are errors: a misspelt setting must not be ignored. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  archive: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('the archive, as --archive; of several, --archive chooses'),
  cxone: cxone.optional(),
  run: run.optional(),
  verify: verify.optional(),
  storage: z.record(z.string(), z.unknown()).optional().describe('settings of the storage plugins'),
  log: log.optional(),
});

/** What a configuration file says. */
export type ConfigFile = z.infer<typeof configSchema>;

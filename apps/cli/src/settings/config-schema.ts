import { budgetFamilies } from '@cxvault/plugin-api';
import { z } from 'zod';

const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d|y)$/, 'must be a duration such as 250ms, 90s, 45m, 2h, 7d or 1y');
const count = z.int().positive();
const text = z.string().min(1);
const id = z.union([text, z.int().positive()]);

const budget = z.strictObject({
  limit: z.int().min(0).describe('requests per period; 0: no limit'),
  per: duration.optional().describe('the period as the server counts it, for example 300s'),
});

/** A setting with its description; its default is for people and editors: the code that uses it has its own. */
function setting<Kind extends z.ZodType>(kind: Kind, description: string, byDefault?: unknown) {
  return kind.optional().meta({ description, ...(byDefault === undefined ? {} : { default: byDefault }) });
}

const cxone = z.strictObject({
  profile: setting(
    z.enum(['interactions', 'platform']),
    'which API of CXone is read, as --profile',
    'interactions',
  ),
  apiBase: setting(
    z.url(),
    "address of the API (environment: CXONE_API_BASE); platform: used instead of the tenant configuration's",
  ),
  issuer: setting(
    z.url(),
    'who issues tokens, if not the API (environment: CXONE_ISSUER; platform: https://cxone.niceincontact.com)',
  ),
  tokenUrl: setting(z.url(), 'where to log in, without asking the issuer (environment: CXONE_TOKEN_URL)'),
  apiVersion: setting(id, "version of the platform's ACD API", 30),
  dfoBase: setting(z.url(), "address of the platform's digital API, if not dfo/3.0 under the API's"),
  settlingLag: setting(
    duration,
    'how long the newest data stay incomplete: a run leaves them to the next (default 0s; platform: 45m)',
  ),
  lookBack: setting(duration, 'how far before what is covered a run lists again', '2h'),
  markerField: setting(
    id,
    'id of the custom field that marks are written to (environment: CXONE_ARCHIVAL_FIELD_ID); platform: the ' +
      'business data field, archival_status by default',
  ),
  markerName: setting(text, 'name of that field', 'archival_status'),
  volatileFields: setting(z.array(text), 'fields whose change alone makes no new version', []),
  queryPath: setting(text, 'path of the list', '/api/v2/interactions/query'),
  detailPath: setting(text, 'path of one interaction', '/api/v2/interactions/{id}'),
  markPath: setting(text, 'path that marks are sent to', '/api/v2/interactions/{id}/custom-fields'),
  allowPlainHttp: setting(
    z.boolean(),
    'permit http:// to other machines: the bearer token goes in clear',
    false,
  ),
  budgets: setting(
    z.partialRecord(z.enum(budgetFamilies), budget),
    'requests that may be made, by API family; what is not named keeps its default. media is not limited on platform',
    {
      query: { limit: 10, per: '1s' },
      detail: { limit: 50, per: '1s' },
      mark: { limit: 50, per: '1s' },
      media: { limit: 50, per: '1s' },
      acd: { limit: 2, per: '1s' },
      'media-playback': { limit: 120, per: '300s' },
      'business-data': { limit: 5, per: '1s' },
      dfo: { limit: 120_000, per: '3600s' },
      'data-extraction': { limit: 1, per: '31s' },
    },
  ),
});

const run = z.strictObject({
  since: setting(text, 'as --since'),
  until: setting(text, 'as --until'),
  limit: setting(count, 'as --limit'),
  media: setting(z.boolean(), 'false: as --no-media', true),
  mark: setting(z.boolean(), 'false: as --no-mark', true),
  retryFailed: setting(z.boolean(), 'as --retry-failed', false),
  format: setting(z.enum(['cxv', 'envelope']), 'as --format', 'cxv'),
  compression: setting(z.enum(['zstd', 'none']), 'as --compression', 'zstd'),
  concurrency: setting(count.max(256), 'as --concurrency', 16),
  every: setting(duration, 'as --every: stay, and look for new interactions this often'),
  retain: setting(duration, 'as --retain: the store lets nobody remove what is archived for so long'),
  report: setting(text, 'as --report'),
  reportRecords: setting(z.enum(['all', 'failed', 'none']), 'as --report-records', 'all'),
  metricsFile: setting(text, 'as --metrics-file: metrics for Prometheus'),
  html: setting(text, 'as --html: the report as a page'),
});

const verify = z.strictObject({
  depth: setting(z.enum(['structure', 'checksum', 'sample', 'full']), 'as --depth', 'full'),
  sample: setting(z.string(), 'as --sample, for depth "sample"'),
  maxAge: setting(duration, 'as --max-age'),
  metricsFile: setting(text, 'as --metrics-file: metrics for Prometheus'),
  html: setting(text, 'as --html: the result as a page'),
});

const log = z.strictObject({
  level: setting(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    'how much is logged, as --log-level',
    'warn',
  ),
  file: setting(text, 'a file to log to instead of stderr, relative to the working folder'),
});

/** The configuration file, as cli.md has it. Unknown names are errors: a misspelt setting must not be ignored. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  archive: z
    .union([text, z.array(text).min(1)])
    .optional()
    .describe('the archive, as --archive; a list: the places of its copies, all of which run writes to'),
  cxone: cxone.optional().describe('the tenant, and how its API is used'),
  run: run.optional().describe('flags of run'),
  verify: verify.optional().describe('flags of verify'),
  storage: z.record(z.string(), z.unknown()).optional().describe('settings of the storage plugins'),
  log: log.optional().describe('the log: JSON lines'),
});

/** What a configuration file says. */
export type ConfigFile = z.infer<typeof configSchema>;

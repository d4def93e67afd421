import { CxvaultError, Secret } from '@cxvault/plugin-api';
import type { BudgetRule, BudgetRules } from '@cxvault/plugin-api';
import { z } from 'zod';
import { isAllowedUrl } from './http/origin-guard.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `300s` or `2h`, in milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'is no duration such as 300s, 45m or 2h')
  .transform((text) => Number.parseFloat(text) * (unitMs[text.replace(/^[\d.]+/, '')] ?? 0));

const pathTemplate = z.string().regex(/^\/[^?#\s]*$/, 'is no path that begins with /');
const idPathTemplate = pathTemplate.refine((path) => path.includes('{id}'), 'has no {id} in it');

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

const budgetSetting = z.strictObject({ limit: z.int().min(0), per: duration.optional() });

/** The `cxone` part of the configuration file (cli.md). */
const settingsSchema = z.strictObject({
  profile: z.enum(['interactions', 'platform']).optional(),
  apiBase: z.string().optional(),
  issuer: z.string().optional(),
  tokenUrl: z.string().optional(),
  apiVersion: z.union([z.string(), z.number()]).optional(),
  settlingLag: duration.optional(),
  lookBack: duration.optional(),
  markerField: z.coerce.string().min(1).optional(),
  markerName: z.string().min(1).default('archival_status'),
  volatileFields: z.array(z.string().min(1)).default([]),
  queryPath: pathTemplate.default('/api/v2/interactions/query'),
  detailPath: idPathTemplate.default('/api/v2/interactions/{id}'),
  markPath: idPathTemplate.default('/api/v2/interactions/{id}/custom-fields'),
  budgets: z.partialRecord(z.enum(budgetFamilies), budgetSetting).default({}),
  allowPlainHttp: z.boolean().default(false),
});

/** The settings of the connector, checked and complete. */
export interface ConnectorSettings {
  readonly apiBase: URL;
  readonly issuer: URL;
  readonly tokenUrl: URL | undefined;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  /** The id of the custom field that marks are written to. */
  readonly markerField: string | undefined;
  readonly markerName: string;
  readonly volatileFields: readonly string[];
  readonly queryPath: string;
  readonly detailPath: string;
  readonly markPath: string;
  readonly rules: BudgetRules;
  readonly allowPlainHttp: boolean;
}

/**
 * Reads the `cxone` settings and the environment, which wins. Throws `CONFIG_INVALID` that names the setting or
 * the variable, and never shows its value.
 */
export function readSettings(
  settings: unknown,
  env: NodeJS.ProcessEnv,
  defaults: BudgetRules,
): ConnectorSettings {
  const parsed = settingsSchema.safeParse(settings ?? {});
  if (!parsed.success) throw settingInvalid(parsed.error);
  const { data } = parsed;
  const allowPlainHttp = data.allowPlainHttp;
  const url = (variable: string, setting: string, value: string | undefined): URL | undefined =>
    readUrl(variable, setting, read(env, variable) ?? value, allowPlainHttp);
  const apiBase = url('CXONE_API_BASE', 'apiBase', data.apiBase);
  if (apiBase === undefined)
    throw missing('the address of the API is not set', 'CXONE_API_BASE or cxone.apiBase');
  return {
    ...data,
    apiBase,
    issuer: url('CXONE_ISSUER', 'issuer', data.issuer) ?? apiBase,
    tokenUrl: url('CXONE_TOKEN_URL', 'tokenUrl', data.tokenUrl),
    clientId: credential(env, 'CXONE_CLIENT_ID'),
    clientSecret: credential(env, 'CXONE_CLIENT_SECRET'),
    markerField: read(env, 'CXONE_ARCHIVAL_FIELD_ID') ?? data.markerField,
    rules: mergeRules(defaults, data.budgets),
  };
}

function read(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = env[variable]?.trim();
  return value === '' ? undefined : value;
}

function credential(env: NodeJS.ProcessEnv, variable: string): Secret {
  const value = read(env, variable);
  if (value === undefined) throw missing('the credentials for CXone are not set', variable);
  return new Secret(value);
}

function readUrl(
  variable: string,
  setting: string,
  text: string | undefined,
  allowPlainHttp: boolean,
): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const where = { setting: `cxone.${setting}`, variable };
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== ''
  ) {
    throw new CxvaultError('CONFIG_INVALID', 'the address of CXone is not a plain https URL', {
      context: where,
      hint: 'write it like https://api.example.com, without user, password, query or fragment',
    });
  }
  if (!isAllowedUrl(url, allowPlainHttp)) {
    throw new CxvaultError('CONFIG_INVALID', 'plain http is used only on this machine', {
      context: { ...where, host: url.host },
      hint: 'use https, or set cxone.allowPlainHttp if the network between is trusted',
    });
  }
  return url;
}

function mergeRules(
  defaults: BudgetRules,
  budgets: Readonly<Record<string, { limit: number; per?: number | undefined } | undefined>>,
): BudgetRules {
  const entries = Object.entries(defaults).map(([family, rule]): [string, BudgetRule] => {
    const setting = budgets[family];
    return [family, setting ? { ...rule, limit: setting.limit, perMs: setting.per ?? rule.perMs } : rule];
  });
  return Object.fromEntries(entries);
}

function missing(message: string, name: string): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, { context: { missing: name }, hint: `set ${name}` });
}

function settingInvalid(error: z.ZodError): CxvaultError {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = ['cxone', ...(issue?.path ?? []), ...unknown.slice(0, 1)].map(String).join('.');
  const message = unknown.length > 0 ? 'a setting is unknown' : 'a setting is not valid';
  return new CxvaultError('CONFIG_INVALID', message, {
    context: { setting: path },
    hint: unknown.length > 0 ? 'remove it or correct its name' : `${path} ${issue?.message ?? 'is wrong'}`,
  });
}

import { budgetFamilies, CxvaultError, Secret } from '@cxvault/plugin-api';
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

/** A version as people write it, `30`, `v30` or `30.0`: its number. */
const apiVersion = z
  .union([z.string(), z.number().transform(String)])
  .transform((text) => /^v?(\d{1,3})(?:\.0)?$/i.exec(text.trim())?.[1])
  .pipe(z.string('is no version such as 30'));

const budgetSetting = z.strictObject({ limit: z.int().min(0), per: duration.optional() });

/** The `cxone` part of the configuration file (cli.md). */
const settingsSchema = z.strictObject({
  profile: z.enum(['interactions', 'platform']).optional(),
  apiBase: z.string().optional(),
  issuer: z.string().optional(),
  tokenUrl: z.string().optional(),
  apiVersion: apiVersion.default('30'),
  dfoBase: z.string().optional(),
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

/** The `cxone` settings as they were written, checked, and what the environment adds to them. */
export interface RawSettings {
  readonly data: z.output<typeof settingsSchema>;
  /** A variable of the environment; undefined when it is missing or empty. */
  text(variable: string): string | undefined;
  /** An address: the variable's, else the setting's. Throws `CONFIG_INVALID` for one that must not be used. */
  url(setting: AddressSetting): URL | undefined;
  /** Throws `CONFIG_INVALID` when the variable is missing or empty. */
  credential(variable: string): Secret;
  /** The rules by default, with the budgets of the settings. */
  rules(defaults: BudgetRules): BudgetRules;
}

/** Addresses, and the variables that win over them (cli.md, "Environment"). */
const addressVariables = {
  apiBase: 'CXONE_API_BASE',
  issuer: 'CXONE_ISSUER',
  tokenUrl: 'CXONE_TOKEN_URL',
  dfoBase: undefined,
} as const;

type AddressSetting = keyof typeof addressVariables;

/**
 * Reads what the profiles have in common: the `cxone` settings and the environment, which wins. Throws
 * `CONFIG_INVALID` that names the setting or the variable, and never shows its value.
 */
export function readRawSettings(settings: unknown, env: NodeJS.ProcessEnv): RawSettings {
  const parsed = settingsSchema.safeParse(settings ?? {});
  if (!parsed.success) throw settingInvalid(parsed.error);
  const { data } = parsed;
  const text = (variable: string): string | undefined => {
    const value = env[variable]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    data,
    text,
    url: (setting) => {
      const variable = addressVariables[setting];
      const value = (variable === undefined ? undefined : text(variable)) ?? data[setting];
      return readUrl({ setting: `cxone.${setting}`, variable }, value, data.allowPlainHttp);
    },
    credential: (variable) => {
      const value = text(variable);
      if (value === undefined) throw missingSetting('the credentials for CXone are not set', variable);
      return new Secret(value);
    },
    rules: (defaults) => mergeRules(defaults, data.budgets),
  };
}

/** A setting without which nothing can be started; `name` is what to set. */
export function missingSetting(message: string, name: string): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, { context: { missing: name }, hint: `set ${name}` });
}

function readUrl(
  where: { readonly setting: string; readonly variable: string | undefined },
  text: string | undefined,
  allowPlainHttp: boolean,
): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
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

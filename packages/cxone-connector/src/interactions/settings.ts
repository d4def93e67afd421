import type { BudgetRules, Secret } from '@cxvault/plugin-api';
import { missingSetting, readRawSettings } from '../settings.ts';
import { interactionsBudgets } from './default-budgets.ts';

/** The settings of the profile `interactions`, checked and complete. */
export interface InteractionsSettings {
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

/** Reads settings and environment. Throws `CONFIG_INVALID`, as `readRawSettings`. */
export function readInteractionsSettings(settings: unknown, env: NodeJS.ProcessEnv): InteractionsSettings {
  const raw = readRawSettings(settings, env);
  const apiBase = raw.url('apiBase');
  if (apiBase === undefined)
    throw missingSetting('the address of the API is not set', 'CXONE_API_BASE or cxone.apiBase');
  return {
    ...raw.data,
    apiBase,
    issuer: raw.url('issuer') ?? apiBase,
    tokenUrl: raw.url('tokenUrl'),
    clientId: raw.credential('CXONE_CLIENT_ID'),
    clientSecret: raw.credential('CXONE_CLIENT_SECRET'),
    markerField: raw.text('CXONE_ARCHIVAL_FIELD_ID') ?? raw.data.markerField,
    rules: raw.rules(interactionsBudgets),
  };
}

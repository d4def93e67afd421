import type { BudgetRules, Secret } from '@cxvault/plugin-api';
import type { LoginClient } from '../http/client-auth.ts';
import { readRawSettings } from '../settings.ts';
import type { RawSettings } from '../settings.ts';
import { platformBudgets } from './default-budgets.ts';

/** The access key of a user, whose role decides what may be read. */
export interface AccessKey {
  readonly id: Secret;
  readonly secret: Secret;
}

/** How to log in with it (cxone-api.md, "Login"). */
export type LoginWay =
  /** As a registered application; the token endpoint is discovered unless it is named. */
  | { readonly client: LoginClient; readonly tokenUrl: URL | undefined }
  /** The older way, which no application needs to be registered for. */
  | { readonly client: undefined; readonly tokenUrl: URL };

/** The settings of the profile `platform`, checked and complete. */
export interface PlatformSettings {
  readonly issuer: URL;
  /** Used instead of the `api_endpoint` of the tenant's configuration. */
  readonly apiBase: URL | undefined;
  /** Used instead of `{api}/dfo/3.0`. */
  readonly dfoBase: URL | undefined;
  /** Of the ACD APIs: the `30` of `v30.0`. */
  readonly apiVersion: string;
  readonly accessKey: AccessKey;
  readonly way: LoginWay;
  /** The business data field, and the custom field of digital contacts, that marks are written to. */
  readonly markerField: string;
  readonly volatileFields: readonly string[];
  readonly rules: BudgetRules;
  readonly allowPlainHttp: boolean;
}

const defaultIssuer = 'https://cxone.niceincontact.com';
const defaultMarkerField = 'archival_status';

/** Reads settings and environment. Throws `CONFIG_INVALID`, as `readRawSettings`. */
export function readPlatformSettings(settings: unknown, env: NodeJS.ProcessEnv): PlatformSettings {
  const raw = readRawSettings(settings, env);
  const { apiVersion, volatileFields, allowPlainHttp, markerField } = raw.data;
  return {
    issuer: raw.url('issuer') ?? new URL(defaultIssuer),
    apiBase: raw.url('apiBase'),
    dfoBase: raw.url('dfoBase'),
    apiVersion,
    accessKey: {
      id: raw.credential('CXONE_ACCESS_KEY_ID'),
      secret: raw.credential('CXONE_ACCESS_KEY_SECRET'),
    },
    way: loginWay(raw),
    markerField: raw.text('CXONE_ARCHIVAL_FIELD_ID') ?? markerField ?? defaultMarkerField,
    volatileFields,
    rules: raw.rules(platformBudgets),
    allowPlainHttp,
  };
}

function loginWay(raw: RawSettings): LoginWay {
  const tokenUrl = raw.url('tokenUrl');
  if (tokenUrl && /\/token\/access-key\/?$/i.test(tokenUrl.pathname)) return { client: undefined, tokenUrl };
  const client = { id: raw.credential('CXONE_CLIENT_ID'), secret: raw.credential('CXONE_CLIENT_SECRET') };
  return { client, tokenUrl };
}

import type { ConfigFile } from './config-schema.ts';

type CxoneSettings = NonNullable<ConfigFile['cxone']>;

/** Settings that have a variable in the environment (cli.md, "Environment"); secrets are not among them. */
export const cxoneVariables = {
  apiBase: 'CXONE_API_BASE',
  issuer: 'CXONE_ISSUER',
  tokenUrl: 'CXONE_TOKEN_URL',
  markerField: 'CXONE_ARCHIVAL_FIELD_ID',
} as const;

/** The `cxone` part of the configuration with flags and environment applied, as sources get it. */
export function cxoneSettings(
  config: CxoneSettings | undefined,
  env: NodeJS.ProcessEnv,
  flags: { readonly profile?: 'interactions' | 'platform' },
): CxoneSettings & { readonly profile: 'interactions' | 'platform' } {
  const fromEnv = Object.entries(cxoneVariables)
    .map(([setting, variable]) => [setting, env[variable]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return {
    ...config,
    ...Object.fromEntries(fromEnv),
    profile: flags.profile ?? config?.profile ?? 'interactions',
  };
}

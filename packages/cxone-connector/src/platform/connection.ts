import type { SourceContext } from '@cxvault/plugin-api';
import { connect } from '../http/connection.ts';
import type { Connection, Surroundings } from '../http/connection.ts';
import { SharedWork } from '../http/shared-work.ts';
import { platformLogin } from './login.ts';
import type { PlatformSettings } from './settings.ts';
import { addressesOf, findApi } from './tenant.ts';
import type { PlatformAddresses } from './tenant.ts';

/** One login to one tenant's APIs. */
export interface PlatformConnection extends Connection {
  /** Where the APIs are; logs in and asks the issuer the first time. */
  addresses(signal?: AbortSignal): Promise<PlatformAddresses>;
}

/** Builds the stack; nothing is sent yet. */
export function connectPlatform(
  settings: PlatformSettings,
  context: Pick<SourceContext, 'openBudgets' | 'log'>,
  surroundings: Surroundings,
): PlatformConnection {
  const { issuer, apiBase, rules, allowPlainHttp } = settings;
  const apiOrigins = new Set<string>();
  const connection = connect(
    {
      profile: 'platform',
      // The same whichever way one logs in: a tenant's limits are one.
      issuer: issuer.origin,
      fallbackTenant: apiBase?.hostname,
      apiOrigins,
      login: (parts) => platformLogin(settings, parts),
      allowPlainHttp,
      rules,
    },
    context,
    surroundings,
  );
  const finder = new AddressFinder(settings, connection, apiOrigins);
  return { ...connection, addresses: (signal) => finder.addresses(signal) };
}

/** Finds the addresses once, with the first login, and lets the bearer go there from then on. */
class AddressFinder {
  readonly #settings: PlatformSettings;
  readonly #connection: Connection;
  readonly #apiOrigins: Set<string>;
  readonly #search = new SharedWork<PlatformAddresses>();
  #found: PlatformAddresses | undefined;

  constructor(settings: PlatformSettings, connection: Connection, apiOrigins: Set<string>) {
    this.#settings = settings;
    this.#connection = connection;
    this.#apiOrigins = apiOrigins;
  }

  addresses(signal: AbortSignal | undefined): Promise<PlatformAddresses> {
    return this.#found ? Promise.resolve(this.#found) : this.#search.join(() => this.#find(), signal);
  }

  async #find(): Promise<PlatformAddresses> {
    const found = addressesOf(this.#settings.apiBase ?? (await this.#findApi()), this.#settings);
    for (const { origin } of [found.api, found.dfo]) this.#apiOrigins.add(origin);
    this.#found = found;
    return found;
  }

  async #findApi(): Promise<URL> {
    const { session, tokens, issuer: surroundings } = this.#connection;
    const { identity } = await session.open(tokens.closing);
    const { issuer, allowPlainHttp } = this.#settings;
    return findApi({ issuer, tenant: identity.tenant, allowPlainHttp }, surroundings, tokens.closing);
  }
}

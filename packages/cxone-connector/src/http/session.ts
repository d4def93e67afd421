import { CxvaultError } from '@cxvault/plugin-api';
import type { BudgetRules, OpenBudgets, RateBudgets, SourceIdentity } from '@cxvault/plugin-api';
import type { AccessToken, TokenKeeper } from './token-keeper.ts';
import type { Wire } from './transport.ts';

/** Who is logged in, and the budgets of that tenant. */
export interface OpenSession {
  readonly identity: SourceIdentity;
  readonly budgets: RateBudgets;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly tokens: TokenKeeper;
  /** Closed with the session. */
  readonly wire: Wire;
  readonly profile: string;
  readonly issuer: string;
  /** The tenant's name where the token tells none; undefined: then nothing can be done. */
  readonly fallbackTenant: string | undefined;
  readonly openBudgets: OpenBudgets;
  readonly rules: BudgetRules;
}

/** Opens the budgets once, with the first token: only that tells the tenant. */
export class Session {
  readonly #options: SessionOptions;
  #open: OpenSession | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async open(signal?: AbortSignal): Promise<OpenSession> {
    if (this.#open) return this.#open;
    const token = await this.#options.tokens.current(signal);
    this.#open ??= this.#begin(token);
    return this.#open;
  }

  close(): void {
    this.#options.tokens.close();
    this.#options.wire.close();
    this.#open?.budgets.close();
  }

  #begin(token: AccessToken): OpenSession {
    const { profile, issuer, fallbackTenant, openBudgets, rules } = this.#options;
    const tenant = token.tenant ?? fallbackTenant;
    if (tenant === undefined) throw tenantUnknown();
    return {
      identity: { system: 'cxone', profile, tenant },
      budgets: openBudgets({ issuer, tenant, rules }),
    };
  }
}

function tenantUnknown(): CxvaultError {
  return new CxvaultError(
    'CONFIG_INVALID',
    'the login does not tell whose API is to be used: its token has no tenantId',
    {
      hint: "set CXONE_API_BASE to the address of the tenant's API, for example https://api-na1.niceincontact.com",
    },
  );
}

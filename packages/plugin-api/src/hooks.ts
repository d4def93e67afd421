import type { InteractionSource } from './interaction-source.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import type { ObjectStore } from './object-store.ts';
import type { OpenBudgets } from './rate-budget.ts';

/** Grows when a contract changes so that older plugins would misbehave. */
export const contractVersion = 1;

/** The oclif hooks by which plugins are found. */
export const hookNames = {
  storage: 'cxvault:storage',
  source: 'cxvault:source',
  keys: 'cxvault:keys',
} as const;

/** What a plugin's hook returns. */
export interface PluginOffer<Factory> {
  /** The {@link contractVersion} that the plugin was built with. */
  readonly contractVersion: number;
  readonly factories: readonly Factory[];
}

/** Opens stores of one kind. Loading the factory must not load the cloud's SDK; `open` does. */
export interface StorageFactory {
  /** URL schemes without colon, for example `['s3']`. */
  readonly schemes: readonly string[];
  /**
   * Opens the store that the URL names; checks the URL's parameters, not yet the store. `settings` is the
   * `storage` part of the configuration file. Throws `CONFIG_INVALID` for a parameter that is unknown or wrong.
   */
  open(
    url: URL,
    context: { readonly settings: unknown; readonly env: NodeJS.ProcessEnv },
  ): Promise<ObjectStore>;
}

/** What a source may use of its surroundings. */
export interface SourceContext {
  /** The `cxone` part of the configuration, flags and environment already applied. */
  readonly settings: unknown;
  readonly env: NodeJS.ProcessEnv;
  /** Called once the tenant is known, with the source's default rules and its settings applied. */
  readonly openBudgets: OpenBudgets;
  /** Told of everything worth a log line; never given a secret or a signed URL. */
  readonly log: SourceLog;
}

export type SourceLog = (
  level: 'debug' | 'info' | 'warn',
  event: string,
  details: Readonly<Record<string, string | number | boolean | undefined>>,
) => void;

export interface SourceFactory {
  /** For example `['interactions', 'platform']`. */
  readonly profiles: readonly string[];
  open(profile: string, context: SourceContext): Promise<InteractionSource>;
}

export interface KeyWrapperFactory {
  readonly providers: readonly string[];
  open(provider: string, env: NodeJS.ProcessEnv): Promise<KeyWrapper>;
}

export type StorageOffer = PluginOffer<StorageFactory>;
export type SourceOffer = PluginOffer<SourceFactory>;
export type KeyWrapperOffer = PluginOffer<KeyWrapperFactory>;

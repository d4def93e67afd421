import { contractVersion, type hookNames } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core';
import type { Hooks } from '@oclif/core/interfaces';
import { property } from '../property.ts';

/** What the plugins bring for one hook. */
export interface Offers<Factory> {
  /** In the order of the plugins' names: hooks answer in any order. */
  readonly offered: readonly { readonly plugin: string; readonly factory: Factory }[];
  /** Plugins that cannot be used, and why. */
  readonly refused: readonly RefusedPlugin[];
}

/** A plugin that cannot be used. */
export interface RefusedPlugin {
  readonly plugin: string;
  readonly reason: string;
  /** Built for another version of the contract, rather than broken. */
  readonly incompatible: boolean;
}

type HookName = (typeof hookNames)[keyof typeof hookNames];
type PluginHooks = Hooks & Record<HookName, { options: Record<string, never>; return: unknown }>;

const hookTimeoutMs = 30_000; // a plugin on a slow disk must still load; a hanging one must not hang us

/** Asks every installed plugin what it brings. `isFactory` checks a factory's shape: plugins are others' code. */
export async function collectOffers<Factory>(
  config: Config,
  hook: HookName,
  isFactory: (value: unknown) => value is Factory,
): Promise<Offers<Factory>> {
  const result = await config.runHook<HookName, PluginHooks>(hook, {}, hookTimeoutMs, true);
  const answers = [
    ...result.successes.map(({ plugin, result: answer }) => judge(plugin.name, answer, isFactory)),
    ...result.failures.map(({ plugin, error }) => ({
      offered: [],
      refused: [{ plugin: plugin.name, reason: firstLine(error), incompatible: false }],
    })),
  ];
  return {
    offered: answers.flatMap((answer) => answer.offered).sort(byPlugin),
    refused: answers.flatMap((answer) => answer.refused).sort(byPlugin),
  };
}

function judge<Factory>(
  plugin: string,
  answer: unknown,
  isFactory: (value: unknown) => value is Factory,
): Offers<Factory> {
  const version = property(answer, 'contractVersion');
  if (version !== contractVersion) {
    const reason = `it was built for contract version ${String(version)}, and this cxvault has ${String(contractVersion)}`;
    return { offered: [], refused: [{ plugin, reason, incompatible: true }] };
  }
  const factories = property(answer, 'factories');
  if (!Array.isArray(factories) || !factories.every(isFactory)) {
    return {
      offered: [],
      refused: [{ plugin, reason: 'it does not follow the contract', incompatible: false }],
    };
  }
  return { offered: factories.map((factory) => ({ plugin, factory })), refused: [] };
}

/** True for a list of words, such as schemes or profiles. */
export function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function byPlugin(a: { plugin: string }, b: { plugin: string }): number {
  return a.plugin < b.plugin ? -1 : Number(a.plugin > b.plugin);
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it failed';
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractVersion, type hookNames } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core/interfaces';
import { property } from '../property.ts';
import { askPlugins } from './hook-answers.ts';

/** What the plugins bring for one hook. */
export interface Offers<Factory> {
  /** In the order of the plugins' names. */
  readonly offered: readonly Offered<Factory>[];
  /** Plugins that cannot be used, and why. */
  readonly refused: readonly RefusedPlugin[];
}

/** One factory, and who brings it. */
export interface Offered<Factory> {
  readonly plugin: string;
  /** Installed or linked by the user, who can remove it; the others are parts of cxvault. */
  readonly removable: boolean;
  readonly factory: Factory;
}

/** A plugin that cannot be used. */
export interface RefusedPlugin {
  readonly plugin: string;
  readonly reason: string;
  /** Built for another version of the contract, rather than broken. */
  readonly incompatible: boolean;
  /** The schemes or profiles that it would bring, as far as it can be told. */
  readonly words: readonly string[];
}

/** What a factory of one hook looks like: plugins are others' code. */
export interface FactoryShape<Factory> {
  readonly hook: (typeof hookNames)[keyof typeof hookNames];
  /** The property that has the factory's words. */
  readonly words: 'schemes' | 'profiles';
  readonly matches: (value: unknown) => value is Factory;
}

const answerTimeoutMs = 30_000; // a plugin on a slow disk must still load; a hanging one must not hang us

/** Asks every installed plugin what it brings. One that fails, hangs or does not follow the contract is refused. */
export async function collectOffers<Factory>(
  config: Config,
  shape: FactoryShape<Factory>,
  timeoutMs = answerTimeoutMs,
): Promise<Offers<Factory>> {
  const answers = await askPlugins(config, shape.hook, timeoutMs);
  const offered: Offered<Factory>[] = [];
  const refused = await missingPlugins(config);
  for (const one of answers) {
    const judged = 'failure' in one ? broken(one.failure) : judge(one.answer, shape);
    if ('reason' in judged) refused.push({ plugin: one.plugin, ...judged });
    else {
      const removable = config.plugins.get(one.plugin)?.type !== 'core';
      offered.push(...judged.map((factory) => ({ plugin: one.plugin, removable, factory })));
    }
  }
  return { offered: offered.sort(byPlugin), refused: refused.sort(byPlugin) };
}

type Refusal = Omit<RefusedPlugin, 'plugin'>;

function judge<Factory>(answer: unknown, shape: FactoryShape<Factory>): readonly Factory[] | Refusal {
  const version = property(answer, 'contractVersion');
  const factories = property(answer, 'factories');
  if (typeof version !== 'number') return broken('its hook does not say for which contractVersion it is');
  if (version !== contractVersion) {
    const reason = `it was built for contract version ${version}, and this cxvault has ${contractVersion}`;
    return { reason, incompatible: true, words: wordsOf(factories, shape.words) };
  }
  if (!Array.isArray(factories)) return broken('its hook returns no list of factories');
  const unusable = factories.findIndex((factory) => !shape.matches(factory));
  if (unusable !== -1)
    return broken(`factory ${unusable} of its hook has no list of ${shape.words} or no function open`);
  return factories.filter(shape.matches);
}

function broken(reason: string): Refusal {
  return { reason, incompatible: false, words: [] };
}

function wordsOf(factories: unknown, name: string): string[] {
  if (!Array.isArray(factories)) return [];
  return factories.flatMap((factory) => {
    const words = property(factory, name);
    return isWords(words) ? words : [];
  });
}

/**
 * Plugins that were installed or linked and are not there any more, such as a linked folder that was moved: oclif
 * warns of a file, without the plugin's name.
 */
async function missingPlugins(config: Config): Promise<RefusedPlugin[]> {
  const text = await readFile(join(config.dataDir, 'package.json'), 'utf8').catch(() => '{}');
  const listed: unknown = property(property(parsed(text), 'oclif'), 'plugins');
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((one: unknown) => {
    const plugin = property(one, 'name');
    if (typeof plugin !== 'string' || config.plugins.has(plugin)) return [];
    const root = property(one, 'root');
    const place = typeof root === 'string' ? `in ${root}` : 'where it was installed';
    return [{ plugin, ...broken(`it cannot be loaded from its package.json ${place}`) }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // oclif says so
  }
}

/** True for a list of words, such as schemes or profiles. */
export function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function byPlugin(a: { plugin: string }, b: { plugin: string }): number {
  return a.plugin < b.plugin ? -1 : Number(a.plugin > b.plugin);
}

import { ModuleLoader } from '@oclif/core';
import type { Config, Plugin } from '@oclif/core/interfaces';
import { property } from '../property.ts';
import { inPlugin } from './in-plugin.ts';

/** What one plugin says to a hook, or why it says nothing. */
export type HookAnswer =
  | { readonly plugin: string; readonly answer: unknown }
  | { readonly plugin: string; readonly failure: string };

type HookOptions = Plugin['hooks'][string][number];

/**
 * Asks every plugin that has the hook, all at once. Unlike oclif's `runHook`, the time that a plugin takes to load
 * counts too, and the wait for one that never answers keeps the process alive: it would end, with nothing done and no
 * word said.
 */
export async function askPlugins(config: Config, hook: string, timeoutMs: number): Promise<HookAnswer[]> {
  const questions = config
    .getPluginsList()
    .flatMap((plugin) => (plugin.hooks[hook] ?? []).map((target) => ask(plugin, target, timeoutMs)));
  return await Promise.all(questions);
}

async function ask(plugin: Plugin, target: HookOptions, timeoutMs: number): Promise<HookAnswer> {
  try {
    const answer = await inPlugin(plugin.name, () => inTime(answerOf(plugin, target), timeoutMs));
    return { plugin: plugin.name, answer };
  } catch (error) {
    return { plugin: plugin.name, failure: firstLine(error) };
  }
}

async function answerOf(plugin: Plugin, { target, identifier }: HookOptions): Promise<unknown> {
  const module = await ModuleLoader.load<unknown>(plugin, target);
  const hook = property(module, identifier);
  if (typeof hook !== 'function') throw new Error(`${target} has no function as its ${identifier} export`);
  const answer: unknown = await Reflect.apply(hook, undefined, []);
  return answer;
}

async function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it did not answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(error: unknown): string {
  const line = error instanceof Error ? error.message.split('\n')[0] : undefined;
  return line === undefined || line === '' ? 'it failed and did not say why' : line;
}

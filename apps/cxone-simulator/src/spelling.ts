import { hash32 } from './hash.ts';
import { streams } from './streams.ts';
import type { Settings } from './settings.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
type Spelling = Settings['spelling'];

const snakeNames = new Map<string, string>();

function snake(name: string): string {
  const known = snakeNames.get(name);
  if (known !== undefined) return known;
  const made = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (snakeNames.size < 1000) snakeNames.set(name, made);
  return made;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function toSnake(value: Json): Json {
  if (isList(value)) return value.map(toSnake);
  return typeof value === 'object' && value !== null ? snakeObject(value) : value;
}

function snakeObject(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snake(name), toSnake(inner)]));
}

/** Field names as this tenant spells them; `mixed` changes from one document to the next, by `number`. */
export function spell(value: JsonObject, spelling: Spelling, seed: number, number: number): JsonObject {
  if (spelling === 'camel') return value;
  const camel = spelling === 'mixed' && (hash32(seed, streams.spelling, number) & 1) === 0;
  return camel ? value : snakeObject(value);
}

import { hash32, scramble, unscramble } from './hash.ts';
import { streams } from './streams.ts';

const pattern = /^([0-9a-f]{8})-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}

/**
 * The id of the interaction of this number. It looks like a random UUID; its first eight digits are the number,
 * scrambled, so that an id leads back to its number without a table.
 */
export function interactionId(seed: number, index: number): string {
  const a = hash32(seed, streams.idTail, index, 0);
  const b = hash32(seed, streams.idTail, index, 1);
  const c = hash32(seed, streams.idTail, index, 2);
  const head = hex(scramble(seed, streams.scrambleId, index), 8);
  return `${head}-${hex(a >>> 16, 4)}-4${hex(a, 3)}-a${hex(b, 3)}-${hex(b >>> 16, 4)}${hex(c, 8)}`;
}

/** The number behind an id; undefined when no interaction, existing or to come, has this id. */
export function interactionIndex(seed: number, id: string): number | undefined {
  const head = pattern.exec(id)?.[1];
  if (head === undefined) return undefined;
  const index = unscramble(seed, streams.scrambleId, Number.parseInt(head, 16));
  return interactionId(seed, index) === id ? index : undefined;
}

/**
 * Keyed 32-bit hashing: everything that the simulator makes up is a function of the seed and a few numbers, so
 * nothing has to be remembered. The mixing steps are those of MurmurHash3 (x86, 32 bit), which is fast and spreads
 * well; it protects nothing and need not.
 */

/** Taken out of the global object once: test runners make each look into it expensive. */
const { imul, floor } = Math;

function mix(state: number, word: number): number {
  let k = imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = state ^ imul(k, 0x1b873593);
  return (imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let h = state;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A whole number in [0, 2^32) that depends on all four. */
export function hash32(seed: number, stream: number, a: number, b = 0): number {
  return finish(mix(mix(mix(mix(seed, stream), a), floor(a / 0x1_0000_0000)), b));
}

/** A number in [0, 1) that depends on all four. */
export function unit(seed: number, stream: number, a: number, b = 0): number {
  return hash32(seed, stream, a, b) / 0x1_0000_0000;
}

/** One of the choices. */
export function pick<T>(choices: readonly [T, ...T[]], number: number): T {
  return choices[number % choices.length] ?? choices[0];
}

/** The number that a seed given in words stands for. */
export function seedNumber(seed: string): number {
  let state = 0x9747b28c;
  for (const byte of Buffer.from(seed, 'utf8')) state = mix(state, byte);
  return finish(state);
}

/** An id in the form of a random UUID that depends on both. */
export function guid(seed: number, stream: number): string {
  const part = (n: number) => hash32(seed, stream, n).toString(16).padStart(8, '0');
  const [a, b, c, d] = [part(0), part(1), part(2), part(3)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(5)}-${c.slice(0, 4)}${d}`;
}

const rounds = [0, 1, 2, 3] as const;

/** A permutation of [0, 2^32) that depends on the seed (a four-round Feistel network). */
export function scramble(seed: number, stream: number, value: number): number {
  let left = value >>> 16;
  let right = value & 0xffff;
  for (const round of rounds) {
    [left, right] = [right, left ^ (hash32(seed, stream, right, round) & 0xffff)];
  }
  return ((left << 16) | right) >>> 0;
}

/** The inverse of {@link scramble}. */
export function unscramble(seed: number, stream: number, value: number): number {
  let left = value >>> 16;
  let right = value & 0xffff;
  for (const round of rounds.toReversed()) {
    [left, right] = [right ^ (hash32(seed, stream, left, round) & 0xffff), left];
  }
  return ((left << 16) | right) >>> 0;
}

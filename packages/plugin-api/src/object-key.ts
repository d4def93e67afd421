import { refused } from './refused.ts';

/**
 * Why a string is no legal object key; undefined for a legal one. Every store refuses what this names, so that
 * a key that one store took can be copied to any other, and none can lead out of an archive's prefix.
 */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (!key.isWellFormed()) return 'it is no valid Unicode';
  if (hasControlCharacter(key)) return 'it has a control character';
  if (key.includes('\\')) return 'it has a backslash';
  const parts = key.split('/');
  if (parts.includes('')) return 'it has an empty part';
  return parts.some((part) => part === '.' || part === '..') ? 'it has a . or .. part' : undefined;
}

/** Throws `STORE_REFUSED` for what is no legal object key. */
export function requireKey(key: string): void {
  const problem = keyProblem(key);
  if (problem !== undefined) throw refused(`an object cannot have this name: ${problem}`, key);
}

/**
 * Orders keys by their UTF-8 bytes, as stores list them. JavaScript's own order is that of UTF-16 units: it puts
 * characters beyond U+FFFF (written with surrogates) before U+E000 to U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

function hasControlCharacter(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** UTF-16 units in the order of the UTF-8 they stand for: surrogates last. */
function byteRank(unit: number): number {
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  return surrogate ? unit + 0x1_0000 : unit;
}

import type { DecryptResult } from '../work/decrypt.ts';
import { size } from './layout.ts';

/** What was written to a file; content that went to stdout needs no words. */
export function presentDecrypt(result: DecryptResult, out: string): string {
  const what = result.content_type === null ? result.kind : `${result.kind} (${result.content_type})`;
  return `Wrote ${what}, ${size(result.bytes)}, to ${out}. SHA-256 ${result.sha256}`;
}

import type { VerifyProgress } from '@cxvault/core';
import { count, size } from './layout.ts';

/** How far a verify is, in one line. */
export function presentVerifyProgress({ checked, total, bytes }: VerifyProgress): string {
  const share = total === 0 ? 100 : Math.floor((checked / total) * 100);
  return `verifying: ${count(checked)} of ${count(total)} objects (${String(share)} %), ${size(bytes)}`;
}

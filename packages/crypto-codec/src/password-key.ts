import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '@cxvault/plugin-api';

const derive = promisify(pbkdf2);

/** PBKDF2-HMAC-SHA-256 to 32 bytes, on the thread pool. The text is taken as it is, in UTF-8. */
export async function passwordKey(password: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return derive(Buffer.from(password, 'utf8'), salt, iterations, 32, 'sha256');
}

/** The password in the one form that slots use: NFC, so that the same letters typed on another system still fit. */
export function normalisedPassword(password: Secret): string {
  return password.reveal().normalize('NFC');
}

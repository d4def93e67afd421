import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Locks text that waits on disk, with a key that only this process has: no content of a customer's is to lie readable
 * outside of the archive, not even in a temporary file.
 */
export class EphemeralBox {
  readonly #key = randomBytes(32);

  lock(text: string): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce);
    const locked = cipher.update(text, 'utf8');
    return Buffer.concat([nonce, locked, cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws for what this box has not locked. */
  unlock(locked: Uint8Array): string {
    const decipher = createDecipheriv(algorithm, this.#key, locked.subarray(0, nonceBytes));
    decipher.setAuthTag(locked.subarray(-tagBytes));
    const text = decipher.update(locked.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  }
}

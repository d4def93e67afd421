import { CxvaultError } from './errors.ts';

/** Something that a store will never do, of the object of this key: `STORE_REFUSED`. */
export function refused(message: string, key: string, hint?: string): CxvaultError {
  return new CxvaultError('STORE_REFUSED', message, { context: { key }, hint });
}

import type { CallOptions } from './object-store.ts';

/** A key management service that wraps the root key's slot key (`kms` slots). */
export interface KeyWrapper {
  /** The name in the slot file's `kms.provider`. */
  readonly provider: string;
  /** Wraps 32 bytes under the named key; returns base64. */
  wrap(key: string, plaintext: Uint8Array, options?: CallOptions): Promise<string>;
  /** The reverse of {@link KeyWrapper.wrap}. */
  unwrap(key: string, wrapped: string, options?: CallOptions): Promise<Uint8Array>;
}

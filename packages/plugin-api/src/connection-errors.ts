import type { StoreErrorKind } from './object-store.ts';

/** What Node says when a connection cannot be made or breaks, whatever SDK sits on it: all of it may pass. */
export const connectionErrorKinds: Readonly<Record<string, StoreErrorKind>> = {
  ECONNRESET: 'transient',
  ECONNREFUSED: 'transient',
  ECONNABORTED: 'transient',
  EPIPE: 'transient',
  ETIMEDOUT: 'transient',
  EHOSTUNREACH: 'transient',
  ENETUNREACH: 'transient',
  ENOTFOUND: 'transient',
  EAI_AGAIN: 'transient',
  ERR_STREAM_PREMATURE_CLOSE: 'transient',
};

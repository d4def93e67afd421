export { gcsStorage, openGcs } from './factory.ts';
export { offer } from './offer.ts';
export type { Tuning } from './gcs-calls.ts';

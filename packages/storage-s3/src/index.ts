export { openS3, s3Storage } from './factory.ts';
export { offer } from './offer.ts';
export type { Tuning } from './s3-calls.ts';

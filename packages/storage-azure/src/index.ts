export { azureStorage, openAzure } from './factory.ts';
export { offer } from './offer.ts';
export type { Tuning } from './azure-calls.ts';

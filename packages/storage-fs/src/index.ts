export { fileStorage } from './factory.ts';
export { FileStore } from './file-store.ts';
export { offer } from './offer.ts';

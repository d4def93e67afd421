export { MemoryStore, MemoryStoreError } from './memory-store.ts';

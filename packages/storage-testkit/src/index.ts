export { inParts, randomBody } from './bodies.ts';
export { describeStore } from './describe-store.ts';
export { errorOf } from './expectations.ts';
export { flipBits, flippingMark } from './flip-bits.ts';
export { filesLoadedBy } from './loaded-files.ts';
export { MemoryStore, MemoryStoreError } from './memory-store.ts';
export type { StoreUnderTest, SuiteOptions, Trait } from './store-under-test.ts';

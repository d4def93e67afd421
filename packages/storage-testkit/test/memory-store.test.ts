import { describeStore, MemoryStore } from '@cxvault/storage-testkit';

let now = Date.now();

describeStore('MemoryStore', {
  make: () => Promise.resolve({ store: new MemoryStore({ now: () => now }) }),
  wait: (milliseconds) => {
    now += milliseconds;
    return Promise.resolve();
  },
  absent: {
    unfinished: 'a store in memory has no uploads in parts',
    flippedBits: 'there is no connection to it',
  },
  pageSize: 50,
});

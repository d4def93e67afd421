import { describeStore, MemoryStore } from '@cxvault/storage-testkit';

describeStore('MemoryStore', {
  make: () => Promise.resolve({ store: new MemoryStore() }),
  absent: { unfinished: 'a store in memory has no uploads in parts' },
  pageSize: 50,
});

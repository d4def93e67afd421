import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';

// What tests do to objects behind the archive's back.

export async function readStored(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function storedKeys(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

export async function copyOf(from: ObjectStore): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const key of await storedKeys(from)) await store.put(key, await readStored(from, key));
  return store;
}

/** Changes one bit of the byte at `offset`; negative offsets count from the end. */
export async function flipByte(store: ObjectStore, key: string, offset: number): Promise<void> {
  const bytes = await readStored(store, key);
  const at = offset < 0 ? bytes.length + offset : offset;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await store.put(key, bytes);
}

export async function editText(
  store: ObjectStore,
  key: string,
  edit: (text: string) => string,
): Promise<void> {
  const before = (await readStored(store, key)).toString();
  const after = edit(before);
  if (after === before) throw new Error(`the edit does not change ${key}`);
  await store.put(key, Buffer.from(after));
}

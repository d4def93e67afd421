import { CxvaultError, exactBody, isCxvaultError, refused, requireKey } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreErrorKind,
} from '@cxvault/plugin-api';

import type { PigeonClient } from './client.ts';

const pageSize = 1_000;

/** Your service's error codes; what is not named here is `permanent`, and not tried again. */
const kinds: Readonly<Record<string, StoreErrorKind>> = {
  missing: 'not-found',
  taken: 'exists',
};

/** What cxvault asks of a store, on top of what the service offers. */
export class PigeonStore implements ObjectStore {
  readonly capabilities = { createIfAbsent: true, retention: false, serverChecksum: null };
  readonly #client: PigeonClient;

  constructor(client: PigeonClient) {
    this.#client = client;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    begin(key, options);
    if (options.retention !== undefined) throw refused('this store has no retention', key);
    const chunks = untilAborted(body instanceof Uint8Array ? [body] : body, options);
    const exact = exactBody(chunks, { key, size: options.size });
    return this.#client.upload(key, exact, options.ifAbsent ?? false);
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const object = await this.stat(key, options);
    if (object === undefined)
      throw new CxvaultError('STORE_NOT_FOUND', 'there is no such object', { context: { key } });
    const { offset, length } = options.range ?? { offset: 0, length: object.size };
    const end = Math.min(offset + length, object.size);
    return untilAborted(this.#client.download(key, offset, end), options);
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    begin(key, options);
    return this.#client.head(key);
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncGenerator<ObjectInfo> {
    let after: string | undefined = options.startAfter ?? '';
    while (after !== undefined) {
      options.signal?.throwIfAborted();
      const page: readonly ObjectInfo[] = await this.#client.page(prefix, after, pageSize);
      yield* untilAborted(page, options);
      after = page.at(-1)?.key;
    }
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    begin(key, options);
    await this.#client.remove(key);
  }

  classify(error: unknown): StoreErrorKind {
    if (isCxvaultError(error)) return error.code === 'STORE_NOT_FOUND' ? 'not-found' : 'permanent';
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return (typeof code === 'string' ? kinds[code] : undefined) ?? 'permanent';
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

function begin(key: string, { signal }: CallOptions): void {
  requireKey(key);
  signal?.throwIfAborted();
}

async function* untilAborted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { signal }: CallOptions,
): AsyncGenerator<Item> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
  signal?.throwIfAborted();
}

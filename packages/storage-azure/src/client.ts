import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob';
import type {
  BlobGetPropertiesResponse,
  BlobImmutabilityPolicy,
  BlobItem,
  BlockBlobClient,
  BlockBlobUploadHeaders,
} from '@azure/storage-blob';

import { inTime, readPatiently } from '@cxvault/plugin-api';
import type { Retention } from '@cxvault/plugin-api';

import type {
  AzureCalls,
  BlobRange,
  Content,
  Found,
  ListedBlob,
  Page,
  PageRequest,
  Tuning,
  WriteRequest,
  Written,
} from './azure-calls.ts';
import { AzureStoreError } from './azure-errors.ts';
import type { AzureLogin } from './azure-login.ts';

/** Microsoft's SDK behind {@link AzureCalls}; the only file that names it. */
export async function connect(container: string, login: AzureLogin, tuning: Tuning): Promise<AzureCalls> {
  const url = new URL(`${login.endpoint}/${container}`);
  const { credential } = login;
  if (credential.kind === 'sas') url.search = credential.token.reveal();
  const identity = await sdkCredential(login);
  const client = (maxTries: number) => {
    const retryOptions = { maxTries, retryDelayInMs: tuning.retryMs };
    return new ContainerClient(url.href, newPipeline(identity, { retryOptions }));
  };
  const clients = { once: client(1), twice: client(tuning.attempts), patient: client(tuning.blockAttempts) };
  return new SdkCalls(clients, tuning);
}

async function sdkCredential({ account, credential }: AzureLogin) {
  if (credential.kind === 'key') return new StorageSharedKeyCredential(account, credential.key.reveal());
  if (credential.kind === 'sas') return undefined;
  // Loaded for those who need it only: it is larger than all the rest.
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

interface Clients {
  /** For what may have been carried out though its answer was lost, and would then say that it exists. */
  readonly once: ContainerClient;
  readonly twice: ContainerClient;
  /** For what cannot be sent again from the start. */
  readonly patient: ContainerClient;
}

class SdkCalls implements AzureCalls {
  readonly #clients: Clients;
  readonly #tuning: Tuning;
  readonly #closed = new AbortController();

  constructor(clients: Clients, tuning: Tuning) {
    this.#clients = clients;
    this.#tuning = tuning;
  }

  async locksBlobs(signal?: AbortSignal): Promise<boolean> {
    const container = await this.#within(this.#tuning.answerMs, signal, (abortSignal) =>
      this.#clients.twice.getProperties({ abortSignal }),
    );
    return container.isImmutableStorageWithVersioningEnabled === true;
  }

  async putBlob(write: WriteRequest, body: Uint8Array, signal?: AbortSignal): Promise<Written> {
    const client = write.ifAbsent ? this.#clients.once : this.#clients.twice;
    const blob = client.getBlockBlobClient(write.name);
    const blobContentMD5 = md5Of(body);
    const answer = await this.#within(this.#tuning.blockMs, signal, (abortSignal) =>
      blob.upload(body, body.length, { ...writeOptions(write, { blobContentMD5 }), abortSignal }),
    );
    return written(answer, answer.contentMD5);
  }

  async stageBlock(write: WriteRequest, id: string, block: Uint8Array, signal?: AbortSignal): Promise<void> {
    const blob = this.#clients.patient.getBlockBlobClient(write.name);
    const options = { transactionalContentMD5: md5Of(block), ...scopeOf(write) };
    await this.#within(this.#tuning.blockMs, signal, (abortSignal) =>
      blob.stageBlock(id, block, block.length, { ...options, abortSignal }),
    );
  }

  async commitBlocks(write: WriteRequest, ids: readonly string[]): Promise<Written> {
    const blob = this.#clients.patient.getBlockBlobClient(write.name);
    const answer = await this.#within(this.#tuning.answerMs, undefined, (abortSignal) =>
      blob.commitBlockList([...ids], { ...writeOptions(write, {}), abortSignal }),
    );
    return written(answer);
  }

  async committedBlocks(name: string): Promise<readonly string[]> {
    const list = await this.#within(this.#tuning.answerMs, undefined, (abortSignal) =>
      this.#blob(name).getBlockList('committed', { abortSignal }),
    );
    return (list.committedBlocks ?? []).map((block) => block.name);
  }

  async getBlob(name: string, range: BlobRange | undefined, signal?: AbortSignal): Promise<Content> {
    const answer = await this.#within(this.#tuning.answerMs, signal, (abortSignal) =>
      // Objects carry their own hashes, which readers check; a second hash of each byte would only cost time.
      this.#blob(name).download(range?.offset, range?.length, { abortSignal, maxRetryRequests: 0 }),
    );
    const body = answer.readableStreamBody;
    if (!(body instanceof Readable)) throw new TypeError('the SDK gave a body that is no Node stream');
    const { idleMs } = this.#tuning;
    // It may break before anybody reads it: who reads then is told, and nobody else.
    body.on('error', () => {});
    return {
      body: readPatiently(
        body,
        idleMs,
        () => new AzureStoreError('TimeoutError', `no byte came within ${idleMs} ms`),
      ),
      discard: () => body.destroy(),
      size: answer.contentLength,
      range: answer.contentRange,
    };
  }

  async headBlob(name: string, signal?: AbortSignal): Promise<Found> {
    const found = await this.#within(this.#tuning.answerMs, signal, (abortSignal) =>
      this.#blob(name).getProperties({ abortSignal }),
    );
    return {
      size: found.contentLength ?? 0,
      modifiedAt: found.lastModified ?? new Date(0),
      etag: found.etag,
      encryptionScope: found.encryptionScope,
      md5: base64(found.contentMD5),
      retention: retentionOf(found),
      legalHold: found.legalHold === true,
      now: found.date ?? new Date(),
    };
  }

  async deleteBlob(name: string, etag: string | undefined, signal?: AbortSignal): Promise<void> {
    const conditions = etag === undefined ? {} : { ifMatch: etag };
    // Snapshots that somebody made of the blob would keep it from being removed.
    await this.#within(this.#tuning.answerMs, signal, (abortSignal) =>
      this.#blob(name).delete({ abortSignal, conditions, deleteSnapshots: 'include' }),
    );
  }

  async listPage({ prefix, token }: PageRequest, signal?: AbortSignal): Promise<Page> {
    const settings = { maxPageSize: this.#tuning.pageSize, ...(token && { continuationToken: token }) };
    return await this.#within(this.#tuning.answerMs, signal, async (abortSignal) => {
      const pages = this.#clients.twice
        .listBlobsFlat({ prefix, includeMetadata: true, abortSignal })
        .byPage(settings);
      for await (const { segment, continuationToken } of pages) {
        return {
          blobs: segment.blobItems.map(listed),
          token: continuationToken === '' ? undefined : continuationToken,
        };
      }
      return { blobs: [], token: undefined };
    });
  }

  close(): void {
    this.#closed.abort(new Error('the store was closed'));
  }

  #blob(name: string): BlockBlobClient {
    return this.#clients.twice.getBlockBlobClient(name);
  }

  /** The SDK itself waits for an answer as long as the connection stands. */
  async #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = (cause: unknown) =>
      new AzureStoreError('TimeoutError', `the server did not answer within ${ms} ms`, cause);
    return inTime({ ms, signal, closed: this.#closed.signal, late }, call);
  }
}

function writeOptions(write: WriteRequest, headers: { readonly blobContentMD5?: Uint8Array }) {
  return {
    blobHTTPHeaders: { blobContentType: write.contentType, ...headers },
    conditions: write.ifAbsent ? { ifNoneMatch: '*' } : {},
    ...scopeOf(write),
    ...(write.retention && { immutabilityPolicy: policyOf(write.retention) }),
  };
}

function scopeOf({ encryptionScope }: WriteRequest): { encryptionScope?: string } {
  return encryptionScope === undefined ? {} : { encryptionScope };
}

/** An unlocked policy can be shortened or lifted by who has the right to; a locked one only be lengthened. */
function policyOf({ mode, until }: Retention): BlobImmutabilityPolicy {
  return { expiriesOn: until, policyMode: mode === 'compliance' ? 'Locked' : 'Unlocked' };
}

function retentionOf(found: BlobGetPropertiesResponse): Retention | undefined {
  const { immutabilityPolicyExpiresOn: until, immutabilityPolicyMode } = found;
  if (until === undefined) return undefined;
  return { until, mode: immutabilityPolicyMode?.toLowerCase() === 'locked' ? 'compliance' : 'governance' };
}

function written(answer: BlockBlobUploadHeaders, md5?: Uint8Array): Written {
  const { etag, lastModified, encryptionScope } = answer;
  return { etag, modifiedAt: lastModified, encryptionScope, md5: base64(md5) };
}

function listed({ name, properties, metadata }: BlobItem): ListedBlob {
  return {
    name,
    size: properties.contentLength ?? 0,
    modifiedAt: properties.lastModified,
    md5: base64(properties.contentMD5),
    folder: metadata?.['hdi_isfolder'] === 'true',
  };
}

/** Azure checks this of what arrives; it protects from accidents, not from attackers. */
function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}

function base64(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('base64');
}

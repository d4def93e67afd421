import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import type {
  BucketLock,
  Content,
  Found,
  Page,
  PageRequest,
  S3Calls,
  Tuning,
  WriteRequest,
  Written,
} from './s3-calls.ts';
import { classifyS3Error } from './s3-errors.ts';
import type { S3Location } from './s3-location.ts';
import { fieldOf, lockModes, retentionOf, textAt, wholeSha256, written } from './s3-answers.ts';
import { UploadRequests } from './upload-requests.ts';
import type { BegunUpload } from './upload-requests.ts';

/** While one part is on its way the next one gathers. More of them would outlive young collections: 60 MB more. */
const partsAtOnce = 1;

/** How often the removal of a failed upload is tried: what stays of it costs money every month. */
const abortAttempts = 5;

/** 50 connections are the SDK's own limit too. */
const agentOptions = { keepAlive: true, maxSockets: 50 };

type Credentials = S3ClientConfig['credentials'];

/** Amazon's SDK behind {@link S3Calls}; the only file that names it. */
export async function connect(
  location: S3Location,
  options: { readonly credentials: Credentials; readonly tuning: Tuning },
): Promise<S3Calls> {
  const base: S3ClientConfig = {
    credentials: options.credentials,
    endpoint: location.endpoint,
    forcePathStyle: location.pathStyle,
    followRegionRedirects: true,
    // Objects carry their own hashes, which readers check; a second hash of each byte would only cost time.
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
  const region = location.region ?? (await configuredRegion(base)) ?? 'us-east-1';
  return new SdkCalls(location.bucket, { ...base, region }, options.tuning);
}

/** The region of the user's AWS profile; undefined when there is none. */
async function configuredRegion(config: S3ClientConfig): Promise<string | undefined> {
  const client = new S3Client(config);
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

class SdkCalls implements S3Calls {
  readonly #bucket: string;
  readonly #config: S3ClientConfig;
  readonly #tuning: Tuning;
  readonly #agents = { httpAgent: new HttpAgent(agentOptions), httpsAgent: new HttpsAgent(agentOptions) };
  readonly #client: S3Client;
  #aheadMs = 0;
  #host: string | undefined;

  constructor(bucket: string, config: S3ClientConfig, tuning: Tuning) {
    this.#bucket = bucket;
    this.#tuning = tuning;
    this.#client = this.#newClient({ ...config, maxAttempts: tuning.attempts }, undefined);
    // Resolved and kept once, for the clients of all uploads.
    this.#config = { ...config, credentials: this.#client.config.credentials };
  }

  async putObject(
    write: WriteRequest & { readonly body: Uint8Array },
    signal?: AbortSignal,
  ): Promise<Written> {
    const command = new PutObjectCommand({ ...this.#input(write), Body: write.body });
    return written(await this.#client.send(command, { abortSignal: signal }));
  }

  async upload(write: StreamedWrite, signal?: AbortSignal): Promise<Written> {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const client = this.#newClient({ ...this.#config, maxAttempts: this.#tuning.partAttempts }, stop.signal);
    const requests = new UploadRequests();
    client.middlewareStack.add(
      (next, context) => (args) => requests.watch(context.commandName, write.name, next(args)),
      { step: 'initialize', name: 'cxvaultUpload' },
    );
    const body = Readable.from(write.body, { objectMode: true, highWaterMark: 1 });
    // What reading the body throws comes out of the upload; a second time here it would end the process.
    body.on('error', () => {});
    try {
      return await this.#send(this.#newUpload(client, write, body, stop), requests, signal);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      body.destroy();
    }
  }

  #newUpload(client: S3Client, write: StreamedWrite, body: Readable, stop: AbortController): Upload {
    const params = { ...this.#input(write), Body: body };
    // The parts are removed here: `Upload` would try it once, and not wait for it when aborted.
    const parts = { partSize: write.partBytes, queueSize: partsAtOnce, leavePartsOnError: true };
    return new Upload({ client, params, ...parts, abortController: stop });
  }

  async #send(upload: Upload, requests: UploadRequests, signal?: AbortSignal): Promise<Written> {
    try {
      return written(await upload.done(), requests.first);
    } catch (error) {
      // `done` gives up at once; what it had sent is still on its way, and could outlive the removal.
      await requests.settled();
      if (requests.completed !== undefined) return written(requests.completed, requests.first);
      if (requests.begun !== undefined) await this.#removeParts(requests.begun);
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Should all attempts fail, the bucket's rule for unfinished uploads has to clean up; the put's own error counts. */
  async #removeParts(upload: BegunUpload): Promise<void> {
    for (let attempt = 1; attempt <= abortAttempts; attempt++) {
      try {
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, ...upload }));
        return;
      } catch (error) {
        const kind = classifyS3Error(error);
        if (attempt === abortAttempts || (kind !== 'transient' && kind !== 'throttled')) return;
        await wait(this.#tuning.abortWaitMs * 2 ** (attempt - 1));
      }
    }
  }

  async getObject(name: string, range: string | undefined, signal?: AbortSignal): Promise<Content> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: name, Range: range });
    const output = await this.#client.send(command, { abortSignal: signal });
    if (!(output.Body instanceof Readable)) throw new TypeError('the SDK gave a body that is no Node stream');
    return { body: output.Body, size: output.ContentLength, range: output.ContentRange };
  }

  async headObject(name: string, signal?: AbortSignal): Promise<Found> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: name, ChecksumMode: 'ENABLED' });
    const output = await this.#client.send(command, { abortSignal: signal });
    return {
      size: output.ContentLength ?? 0,
      modifiedAt: output.LastModified ?? new Date(0),
      sha256: wholeSha256(output.ChecksumSHA256),
      version: output.VersionId,
      retention: retentionOf(output),
      legalHold: output.ObjectLockLegalHoldStatus === 'ON',
    };
  }

  async headBucket(signal?: AbortSignal): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: signal });
  }

  async deleteObject(name: string, version: string | undefined, signal?: AbortSignal): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: name, VersionId: version });
    await this.#client.send(command, { abortSignal: signal });
  }

  async bucketLock(signal?: AbortSignal): Promise<BucketLock> {
    const command = new GetObjectLockConfigurationCommand({ Bucket: this.#bucket });
    const { ObjectLockConfiguration: lock } = await this.#client.send(command, { abortSignal: signal });
    return {
      enabled: lock?.ObjectLockEnabled === 'Enabled',
      byDefault: lock?.Rule?.DefaultRetention?.Mode !== undefined,
    };
  }

  async listPage(page: PageRequest, signal?: AbortSignal): Promise<Page> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: page.prefix,
      StartAfter: page.startAfter,
      ContinuationToken: page.token,
      MaxKeys: this.#tuning.pageSize,
    });
    const output = await this.#client.send(command, { abortSignal: signal });
    const objects = (output.Contents ?? []).map((each) => ({
      name: each.Key ?? '',
      size: each.Size ?? 0,
      modifiedAt: each.LastModified ?? new Date(0),
    }));
    const token = output.IsTruncated === true ? output.NextContinuationToken : undefined;
    return { objects, token, full: objects.length >= this.#tuning.pageSize };
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  host(): string | undefined {
    return this.#host;
  }

  close(): void {
    this.#client.destroy();
  }

  #input(write: WriteRequest): PutObjectCommandInput {
    return {
      Bucket: this.#bucket,
      Key: write.name,
      ContentType: write.contentType,
      ChecksumAlgorithm: 'SHA256',
      ServerSideEncryption: write.encryption?.kind,
      SSEKMSKeyId: write.encryption?.keyId,
      IfNoneMatch: write.ifAbsent ? '*' : undefined,
      // S3 wants a checksum of a write that locks its object: every one of ours has it.
      ObjectLockMode: write.retention && lockModes[write.retention.mode],
      ObjectLockRetainUntilDate: write.retention?.until,
    };
  }

  /** `signal` stops what carries bytes; the short requests that begin and finish an upload are let through. */
  #newClient(config: S3ClientConfig, signal: AbortSignal | undefined): S3Client {
    const limits = {
      connectionTimeout: this.#tuning.connectMs,
      socketTimeout: this.#tuning.idleMs,
      requestTimeout: this.#tuning.answerMs,
      throwOnRequestTimeout: true,
    };
    const client = new S3Client({
      ...config,
      requestHandler: new StoppableHandler({ ...this.#agents, ...limits }, signal),
    });
    client.middlewareStack.add(
      (next) => async (args) => {
        this.#host = textAt(args.request, 'hostname') ?? this.#host;
        const result = await next(args);
        this.#readClock(result.response);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'cxvaultObserver' },
    );
    return client;
  }

  #readClock(response: unknown): void {
    const at = Date.parse(textAt(fieldOf(response, 'headers'), 'date') ?? '');
    if (!Number.isNaN(at)) this.#aheadMs = at - Date.now();
  }
}

type StreamedWrite = Parameters<S3Calls['upload']>[0];

class StoppableHandler extends NodeHttpHandler {
  readonly #signal: AbortSignal | undefined;

  constructor(options: ConstructorParameters<typeof NodeHttpHandler>[0], signal: AbortSignal | undefined) {
    super(options);
    this.#signal = signal;
  }

  override handle(
    ...[request, options]: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    const stops = this.#signal !== undefined && request.method === 'PUT';
    return super.handle(request, stops ? { ...options, abortSignal: this.#signal } : options);
  }
}
